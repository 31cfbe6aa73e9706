/* A program outside of the source tree: use the installed library. */
#include <hyperslab.h>
#include <stdio.h>

int main(void)
{
    const double nm[] = { 400, 900, 1400, 1900 };
    const hyp_band_window water = { 1340, 1445 };
    hyp_bands kept;
    hyp_status st;

    MPI_Init(NULL, NULL);
    st = hyp_agree(MPI_COMM_WORLD, hyp_bands_outside(&kept, nm, 4, &water, 1));
    printf("hyperslab " HYP_VERSION ": %d of 4 bands kept\n", kept.count);
    hyp_bands_release(&kept);
    MPI_Finalize();
    return hyp_exit_status(st);
}
