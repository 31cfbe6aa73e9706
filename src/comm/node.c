/*
 * node.c - the ranks that share a node, and with it memory and disks
 */
#include "comm/node.h"

void hyp_node_open_all(hyp_node *node, MPI_Comm comm)
{
    int rank, is_first;

    MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL,
                        &node->comm);
    MPI_Comm_rank(node->comm, &rank);
    MPI_Comm_size(node->comm, &node->ranks);
    is_first = rank == 0;
    MPI_Allreduce(&is_first, &node->nodes, 1, MPI_INT, MPI_SUM, comm);
}

void hyp_node_close_all(hyp_node *node)
{
    MPI_Comm_free(&node->comm);
}
