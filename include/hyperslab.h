/*
 * hyperslab.h - everything a program that links libhyperslab needs
 */
#ifndef HYPERSLAB_H
#define HYPERSLAB_H

#include "hyperslab/comm.h"
#include "hyperslab/georef.h"
#include "hyperslab/slab.h"
#include "hyperslab/status.h"
#include "hyperslab/version.h"

#endif
