/*
 * palette.h - the colours and names of classes, frozen for all outputs
 */
#ifndef HYP_CORE_PALETTE_H
#define HYP_CORE_PALETTE_H

#include <stddef.h>
#include <stdint.h>

#define HYP_PALETTE_CLASSES 255 /* with colours of their own */

/*
 * The colour of a class: black for class 0, which is nodata.  Classes 1 to 7
 * can be told apart by the colour-blind; classes past the 255th take the
 * colours of the first ones again.
 *
 * Collective: no
 * Requires:   class >= 0
 */
void hyp_palette_colour(int class, uint8_t rgb[3]);

/*
 * The name of a class, such as "Class 1" or "no data", cut to room.
 *
 * Collective: no
 * Shapes:     name [room], out; 20 bytes hold any name
 */
void hyp_palette_name(int class, char *name, size_t room);

#endif
