/*
 * tile_metadata_write.h - all of a synthetic tile but its cube
 */
#ifndef HYP_IO_TILE_METADATA_WRITE_H
#define HYP_IO_TILE_METADATA_WRITE_H

#include "hyperslab/status.h"
#include "io/tile_write.h"

#include <hdf5.h>

/*
 * Create a dataset, chunked, deflated at level 3, without time stamps.
 *
 * Collective: no
 * Shapes:     shape, chunk [dims]
 * Errors:     HYP_EIO
 * Ownership:  the caller closes *dataset with H5Dclose()
 */
HYP_CHECKED hyp_status hyp_dataset_create(hid_t group, const char *name,
                                          hid_t type, int dims,
                                          const hsize_t *shape,
                                          const hsize_t *chunk, hid_t *dataset);

/*
 * Create the group or groups of a path below parent, as needed.
 *
 * Collective: no
 * Errors:     HYP_EIO
 * Ownership:  the caller closes *group with H5Gclose()
 */
HYP_CHECKED hyp_status hyp_group_create(hid_t parent, const char *path,
                                        hid_t *group);

/*
 * Write a text as a scalar dataset of one string of variable length.
 *
 * Collective: no
 * Errors:     HYP_EIO
 */
HYP_CHECKED hyp_status hyp_text_write(hid_t group, const char *name,
                                      const char *text);

/*
 * Write a text as an attribute, a string of variable length.
 *
 * Collective: no
 * Errors:     HYP_EIO
 */
HYP_CHECKED hyp_status hyp_text_attribute(hid_t object, const char *name,
                                          const char *text);

/*
 * Write the attributes of the cube and of the group it lies in, and the groups
 * Coordinate_System, Spectral_Data, Logs and Flight_Trajectory.
 *
 * Collective: no
 * Shapes:     wavelength [synth->bands] nm
 * Errors:     HYP_EIO
 */
HYP_CHECKED hyp_status hyp_tile_metadata_write(hid_t reflectance, hid_t cube,
                                               const hyp_synth *synth,
                                               const double *wavelength);

/*
 * Write the images that describe every pixel: Ancillary_Imagery and the angles
 * towards the sensor.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM, HYP_EIO
 */
HYP_CHECKED hyp_status hyp_tile_layers_write(hid_t reflectance,
                                             const hyp_synth *synth,
                                             const hyp_scenery *scenery);

#endif
