# Settings of a site: copy to config.mk, keep what applies.  The example is a
# cluster with environment modules, or Spack, where libraries have upstream's
# names instead of Debian's.
#
#   module load gcc openmpi hdf5 scalapack openblas libdeflate libtiff
#   module load libgeotiff libpng libjpeg-turbo cairo jansson proj zlib

# The compiler wrapper of the MPI that will run the program.
CC = mpicc

# pkg-config names.  HDF5 must be a parallel build.
PKGS = hdf5 scalapack openblas libdeflate libtiff-4 libpng libjpeg cairo jansson proj zlib

# libgeotiff has no pkg-config file.
GEOTIFF_CFLAGS = -I$(LIBGEOTIFF_ROOT)/include
GEOTIFF_LIBS   = -L$(LIBGEOTIFF_ROOT)/lib -lgeotiff

# The high-level part of HDF5, beside it.
HDF5_HL_LIBS = -lhdf5_hl

# A library without a pkg-config file: take it out of PKGS, and name it here.
# CPPFLAGS = -I$(HDF5_ROOT)/include
# LDFLAGS  = -L$(HDF5_ROOT)/lib -Wl,-rpath,$(HDF5_ROOT)/lib
# GEOTIFF_LIBS += -lhdf5

# How tests and the demo start ranks; the rank count is appended.
MPIRUN = srun --mpi=pmix -n

PREFIX = $(HOME)/.local
