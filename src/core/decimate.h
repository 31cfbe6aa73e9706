/*
 * decimate.h - a smaller image of an image of classes
 *
 * A dot of the smaller image stands for a square of factor x factor pixels, or
 * for what the image holds of it at its right and lower edges.  Pixels of class
 * 0 have no data.  All arithmetic is on integers.
 */
#ifndef HYP_CORE_DECIMATE_H
#define HYP_CORE_DECIMATE_H

#include <stdint.h>

#define HYP_DECIMATE_NODATA INT16_MIN /* the mean of no pixel */

/* An image, or some rows of it; rows lie stride elements apart. */
typedef struct hyp_decimate_shape {
    int64_t rows, cols, stride;
    int factor;
} hyp_decimate_shape;

/*
 * The class of most of the pixels of each dot that have one; of equally many,
 * the lowest.  0 where no pixel has one.
 *
 * Collective: no
 * Shapes:     class: of the shape; count [greatest class + 1], room, all zero,
 *             and zero again on return; out [dots down][dots across]
 */
void hyp_decimate_classes(const hyp_decimate_shape *shape,
                          const uint16_t *class, uint32_t *count,
                          uint16_t *out);

/*
 * The mean of a value over the pixels of each dot that have a class, rounded
 * to the nearest, halves up; HYP_DECIMATE_NODATA where no pixel has one.  A
 * mean that happens to be that value is one more.
 *
 * Collective: no
 * Shapes:     class and value: of the shape; out [dots down][dots across]
 */
void hyp_decimate_values(const hyp_decimate_shape *shape, const uint16_t *class,
                         const int16_t *value, int16_t *out);

#endif
