/*
 * subspace.h - cheap, certain bounds on distances, from few components
 *
 * The spectra of a scene lie close to a subspace of few dimensions.  With an
 * orthonormal basis Q of fourteen of its directions, y = Q'(x - m), and e what
 * the subspace leaves out of x - m, of length r, Pythagoras gives
 *
 *     |x - c|^2 = |y_x - y_c|^2 + r_x^2 + r_c^2 - 2 e_x . e_c,
 *
 * where |e_x . e_c| <= r_x r_c.  r_x^2 is common to all centres, and r_c is
 * small, a centre being a mean: 32 bytes a pixel tell which centre is nearest,
 * but for pixels close to a border.
 *
 * What is known of x is a point, off by at most s_x, within the subspace, so
 * that e_x is the same; and so for c.  By how much one centre is farther than
 * another, points tell at most 2 (s_x + s_c) too much, which is taken off.
 *
 * Coordinates are float arithmetic with W, Q rounded to float.  With u = 2^-24
 * and n roundings in sequence in its sums, they are off by at most
 * (4 g + 4 u) |x - m|, g = n u / (1 - n u) (Higham, section 3.1, with Cauchy
 * and Schwarz over the columns, fewer than 16, of length 1 each).  The Q at
 * hand is off its polar factor, which is orthonormal, by at most |Q'Q - I|:
 * this is added, E |x - m| in all, E < 2^-14.  In steps, at most 2^15, each
 * is rounded twice, u each, and to a whole number: 0.51 steps cover that, s in
 * all.  With l for the length of the point, |x - m| <= l + s_x, and s_x is
 * at most (s + E l) / (1 - E), for which (1 + 2^-10) (s + E l) is taken.  y_c
 * is rounded once: s_c <= u |y_c| + |Q'Q - I| |c - m|.  r_x^2 is at most
 * |x - m|^2 - (|y| - E |x - m|)^2, with y before it is in steps.
 *
 * |y_x - y_c|^2 + r_c^2 is summed as |y_x|^2 + (|y_c|^2 + r_c^2) - 2 y_x . y_c,
 * in two parts, in which terms are rounded 8 times at most.  Those of |y_x|^2
 * are a sum of squares of products with steps, rounded 10 times before; the
 * products once; |y_c|^2 + r_c^2 once, and 2 u for y_c, rounded in products
 * only.  With 2 |y_x . y_c| <= |y_x|^2 + |y_c|^2 the sum is off by at most 27 u
 * of |y_x|^2 + |y_c|^2 + r_c^2, for which 32 u are taken, gamma.  The Q at hand
 * puts |y_c|^2 + r_c^2 and r_c^2 off by |Q'Q - I| |c - m|^2 at most.  Bounds
 * made of the sum are rounded twice more, for which rho is taken, 64 u.
 *
 * From bounds L and H without the common term, H that of the nearest centre,
 * the slack is sqrt(L + C) - sqrt(H + C) with an upper bound C of r_x^2: for
 * L > H the difference falls as C grows, so that it holds for r_x^2 itself.
 * Where coordinates do not fit, C is so great that L and H are lost beside it.
 */
#ifndef HYP_CORE_SUBSPACE_H
#define HYP_CORE_SUBSPACE_H

#include "hyperslab/slab.h"
#include "hyperslab/summary.h"
#include "kernel/bound.h"

typedef struct hyp_subspace {
    const hyp_bound_kernels *kernels;
    int bands;
    double *direction;     /* [HYP_COMPONENTS][bands]: Q; owned              */
    double skew;           /* |Q'Q - I|, rounded up                          */
    hyp_bound_basis basis; /* m, W, steps, s, E; its arrays are owned        */
    int64_t pixels;
    hyp_bound_point *point;   /* [pixels]: y and r_x; owned                  */
    hyp_bound_centres centre; /* its arrays are owned                        */
} hyp_subspace;

/*
 * Find a basis from a sample of the slab's pixels, and make room for all.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM, HYP_ENUMERIC; subspace is then empty
 * Ownership:  the caller frees with hyp_subspace_release()
 */
HYP_CHECKED hyp_status hyp_subspace_init(hyp_subspace *subspace,
                                         const hyp_slab *slab,
                                         const hyp_summary *summary,
                                         int classes);

/*
 * Embed the pixels first .. last - 1 of that slab, before their bounds are
 * asked for.
 *
 * Collective: no
 * Cost:       16 multiply-adds a pixel and band; 32 bytes a pixel
 */
void hyp_subspace_embed(hyp_subspace *subspace, const hyp_slab *slab,
                        int64_t first, int64_t last);

/*
 * Take new centres.
 *
 * Collective: no
 * Shapes:     centre [classes][bands], DN
 */
void hyp_subspace_set(hyp_subspace *subspace, const double *centre);

/* The certainly nearest centres of 16 pixels: see bound.h.  Collective: no. */
static inline void hyp_subspace_bound(const hyp_subspace *subspace,
                                      const int32_t *pixel, int32_t *best,
                                      float *slack)
{
    subspace->kernels->bound(subspace->point, pixel, &subspace->basis,
                             &subspace->centre, best, slack);
}

/* Ask the memory for what is known of a pixel.  Collective: no. */
static inline void hyp_subspace_fetch(const hyp_subspace *subspace,
                                      int64_t pixel)
{
    __builtin_prefetch(subspace->point + pixel);
}

/* Free what subspace owns.  Accepts { 0 }.  Collective: no. */
void hyp_subspace_release(hyp_subspace *subspace);

#endif
