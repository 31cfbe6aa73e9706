/*
 * hyperslab.h - everything a program that links libhyperslab needs
 */
#ifndef HYPERSLAB_H
#define HYPERSLAB_H

#include "hyperslab/bands.h"
#include "hyperslab/comm.h"
#include "hyperslab/cube.h"
#include "hyperslab/denoise.h"
#include "hyperslab/deviations.h"
#include "hyperslab/georef.h"
#include "hyperslab/kmeans.h"
#include "hyperslab/mnf.h"
#include "hyperslab/noise.h"
#include "hyperslab/pca.h"
#include "hyperslab/scene.h"
#include "hyperslab/scenery.h"
#include "hyperslab/score_grid.h"
#include "hyperslab/slab.h"
#include "hyperslab/status.h"
#include "hyperslab/summary.h"
#include "hyperslab/tile.h"
#include "hyperslab/version.h"

#endif
