/*
 * node.h - the ranks that share a node, and with it memory and disks
 */
#ifndef HYP_COMM_NODE_H
#define HYP_COMM_NODE_H

#include <mpi.h>

typedef struct hyp_node {
    MPI_Comm comm; /* of the ranks on this rank's node; owned */
    int ranks;     /* of them                                 */
    int nodes;     /* of all ranks                            */
} hyp_node;

/*
 * Find the node of each rank.
 *
 * Collective: yes
 * Ownership:  the caller closes with hyp_node_close_all()
 */
void hyp_node_open_all(hyp_node *node, MPI_Comm comm);

/* Free what node owns.  Collective: yes, over the ranks of the node. */
void hyp_node_close_all(hyp_node *node);

#endif
