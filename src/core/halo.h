/*
 * halo.h - the row below a slab's last one, which another rank owns
 */
#ifndef HYP_CORE_HALO_H
#define HYP_CORE_HALO_H

#include "hyperslab/slab.h"

/*
 * Bring each rank that has rows the row that follows them in the scene.
 *
 * Collective: yes
 * Requires:   ranks own consecutive rows, in rank order
 * Errors:     HYP_ENOMEM; below is then empty
 * Ownership:  the caller frees below with hyp_slab_release()
 * Result:     below has one row; none on the rank that has the last row, and on
 *             those that have none
 * Cost:       each rank sends and receives one row
 */
HYP_CHECKED hyp_status hyp_halo_all(const hyp_slab *slab, MPI_Comm comm,
                                    hyp_slab *below);

#endif
