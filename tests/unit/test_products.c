/* ranks: 1 */
/*
 * test_products.c - the kernels that multiply pairs of pixels, against sums in
 * 64 bits: every one that works on this machine, values as great as their depth
 * allows, buffers that end at an unreadable page
 */
#include "core/covariance.h"
#include "guard.h"
#include "hyperslab/summary.h"
#include "kernel/kernel.h"
#include "kernel/products.h"
#include "pixels.h"

#include <math.h>
#include <string.h>

static const int strides[] = { 32, 64, 96, 192 };

enum { STRIDES = sizeof strides / sizeof *strides };

static uint64_t state = 21;
static hyp_isa best; /* that this machine, or who runs the test, allows */

static void use(hyp_isa isa)
{
    setenv("HYP_ISA", hyp_kernels_for(isa)->name, 1);
    CHECK(hyp_isa_here() == isa);
}

static int16_t *random_pairs(int pairs, int stride, int most)
{
    const int count = pairs * stride * 2;
    int16_t *pair = guard_new((size_t)count * sizeof *pair);

    for (int i = 0; i < count; i++)
        switch (draw(&state, 4)) {
        case 0: pair[i] = (int16_t)most; break;
        case 1: pair[i] = (int16_t)-most; break;
        default:
            pair[i] =
                (int16_t)((int)draw(&state, (uint32_t)(2 * most + 1)) - most);
        }
    return pair;
}

static int64_t *random_sums(int stride)
{
    int64_t *sum = guard_new((size_t)(stride * stride) * sizeof *sum);

    for (int i = 0; i < stride * stride; i++) /* 32 bits do not hold them */
        sum[i] = ((int64_t)draw(&state, 1 << 20) - (1 << 19)) * (1 << 20);
    return sum;
}

static int64_t naive(const int16_t *pair, int pairs, int stride, int i, int j)
{
    int64_t sum = 0;

    for (int p = 0; p < pairs; p++) {
        const int16_t *z = pair + p * stride * 2;

        sum += (int64_t)z[2 * i] * z[2 * j];
        sum += (int64_t)z[2 * i + 1] * z[2 * j + 1];
    }
    return sum;
}

/* Above the diagonal, and past the bands, a kernel may leave out what it likes. */
static int wrong(const int64_t *sum, const int64_t *before, const int16_t *pair,
                 int pairs, int bands, int stride)
{
    int count = 0;

    for (int i = 0; i < stride; i++)
        for (int j = 0; j < stride; j++) {
            const int at = i * stride + j;
            const int64_t more = naive(pair, pairs, stride, i, j);

            count += sum[at] != before[at] + more &&
                     ((j <= i && i < bands) || sum[at] != before[at]);
        }
    return count;
}

/* What the kernel works in may hold anything. */
static int16_t *panel_of(const hyp_products_kernels *kernels,
                         const int16_t *pair, int pairs, int stride,
                         size_t *bytes)
{
    const size_t own = (size_t)(pairs * stride * 2) * sizeof *pair;
    int16_t *panel;

    *bytes = kernels->room(pairs, stride) * sizeof *pair;
    CHECK(*bytes >= own);
    panel = guard_new(*bytes);
    memset(panel, 0x5a, *bytes);
    memcpy(panel, pair, own);
    return panel;
}

static void check_bands(const int16_t *pair, int pairs, int depth, int bands,
                        int stride)
{
    const size_t bytes = (size_t)(stride * stride) * sizeof(int64_t);
    int64_t *before = random_sums(stride), *sum = guard_new(bytes);
    const hyp_products_kernels *kernels;

    use(best);
    for (int n = 0; (kernels = hyp_products_at(n)) != NULL; n++) {
        size_t room;
        int16_t *panel = panel_of(kernels, pair, pairs, stride, &room);

        memcpy(sum, before, bytes);
        kernels->add(panel, pairs, depth, bands, stride, sum);
        CHECK(wrong(sum, before, pair, pairs, bands, stride) == 0);
        guard_free(panel, room);
    }
    guard_free(sum, bytes);
    guard_free(before, bytes);
}

/* Of bands that fill the stride, and of fewer. */
static void check(const int16_t *pair, int pairs, int depth, int stride)
{
    check_bands(pair, pairs, depth, stride, stride);
    check_bands(pair, pairs, depth, stride - 1 - (int)draw(&state, 31), stride);
}

static void test_choice(void)
{
    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best; isa++) {
        use((hyp_isa)isa);
        CHECK((hyp_products_here() == NULL) == (isa == HYP_ISA_PORTABLE));
    }
    for (int n = 0; hyp_products_at(n) != NULL; n++)
        printf("# %s\n", hyp_products_at(n)->name);
}

/* The greatest value of which so many pairs add up within 32 bits. */
static int most_for(int depth)
{
    const int most = (int)sqrt(INT32_MAX / (2.0 * depth));

    return most > INT16_MAX ? INT16_MAX : most;
}

static void check_depth(int depth, int pairs, int stride)
{
    int16_t *pair = random_pairs(pairs, stride, most_for(depth));

    check(pair, pairs, depth, stride);
    guard_free(pair, (size_t)(pairs * stride * 2) * sizeof *pair);
}

static void test_depths(void)
{
    static const int depths[] = { 1, 2, 3, 5, 16, 100, 1 << 29 };
    static const int pairs[] = { 0, 1, 2, 3, 7, 33 };

    for (int i = 0; i < STRIDES; i++)
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++)
            for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
                check_depth(depths[d], pairs[k], strides[i]);
}

/* All values alike: each sum is as great as its depth allows. */
static void check_extremes(int depth, int sign, int stride)
{
    const int pairs = 2 * depth + 1, most = most_for(depth);
    const size_t bytes = (size_t)(pairs * stride * 2) * sizeof(int16_t);
    int16_t *pair = guard_new(bytes);

    for (int i = 0; i < pairs * stride * 2; i++)
        pair[i] = (int16_t)(i / 2 % 2 ? most : sign * most);
    check(pair, pairs, depth, stride);
    guard_free(pair, bytes);
}

static void test_extremes(void)
{
    for (int depth = 1; depth <= 12; depth++) {
        check_extremes(depth, 1, 32);
        check_extremes(depth, -1, 32);
    }
    check_extremes(255, -1, 64);
}

/* Sums far beyond 32 bits, from many turns. */
static void test_many_pairs(void)
{
    check_extremes(1, 1, 32);
    for (int i = 0; i < STRIDES; i += STRIDES - 1)
        check_depth(1, 300, strides[i]);
}

/* As many pairs as a kernel takes, of what gives sums of bytes as great as can
   be: of 0x80 and 0xff, of 0x7f and 0xff. */
static void test_most_pairs(void)
{
    static const int16_t values[] = { -32513, 32767 };
    enum { PAIRS = 1 << 14, STRIDE = 32, COUNT = PAIRS * STRIDE * 2 };
    const size_t bytes = COUNT * sizeof(int16_t);
    int16_t *pair = guard_new(bytes);

    for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
        for (int i = 0; i < COUNT; i++)
            pair[i] = values[v];
        check_bands(pair, PAIRS, 1, STRIDE, STRIDE);
    }
    guard_free(pair, bytes);
}

static void check_pack(const hyp_products_kernels *kernels, int stride)
{
    const size_t bytes = (size_t)stride * sizeof(int16_t);
    int16_t *from[4], *pair = guard_new(2 * bytes);
    int wrong_values = 0;

    for (int i = 0; i < 4; i++) {
        from[i] = guard_new(bytes);
        for (int b = 0; b < stride; b++)
            from[i][b] = (int16_t)(draw(&state, 32767) - 16383);
    }
    kernels->pack(from[0], from[1], from[2], from[3], stride, pair);
    for (int b = 0; b < stride; b++)
        wrong_values += pair[2 * b] != from[0][b] - from[1][b] ||
                        pair[2 * b + 1] != from[2][b] - from[3][b];
    CHECK(wrong_values == 0);
    for (int i = 0; i < 4; i++)
        guard_free(from[i], bytes);
    guard_free(pair, 2 * bytes);
}

static void test_pack(void)
{
    use(best);
    for (int n = 0; hyp_products_at(n) != NULL; n++)
        for (int i = 0; i < STRIDES; i++)
            check_pack(hyp_products_at(n), strides[i]);
}

static int16_t wide(int64_t place, int b)
{
    return (int16_t)((place * 7919 + b * 104729) % 65535 - 32767);
}

static int16_t narrow(int64_t place, int b)
{
    return (int16_t)(5000 + (place * 31 + b * 17) % (b + 2));
}

static int16_t flat(int64_t place, int b)
{
    (void)place;
    return (int16_t)(b - 20000);
}

/* One band reaches from the least DN to the greatest: too far for pairs. */
static int16_t whole_range(int64_t place, int b)
{
    return (int16_t)(place == 0 ? INT16_MIN : place == 1 ? INT16_MAX : b);
}

static int wrong_products(const hyp_slab *slab, const hyp_summary *s,
                          const int64_t *product)
{
    int count = 0;

    for (int i = 0; i < slab->bands; i++)
        for (int j = 0; j <= i; j++) {
            int64_t sum = 0;

            for (int64_t p = 0; p < slab->pixels; p++) {
                const int16_t *x = slab->dn + p * slab->stride;

                sum += (int64_t)(x[i] - hyp_summary_middle(s, i)) *
                       (x[j] - hyp_summary_middle(s, j));
            }
            count += product[i * slab->bands + j] != sum;
        }
    return count;
}

/* From pixels to products, with a last pair of one pixel and a short panel. */
static void check_slab(pixel_value *value, int64_t pixels, int bands)
{
    int64_t product[64 * 64];
    hyp_slab slab;
    hyp_summary s;

    CHECK(even_slab(&slab, 0, pixels, 1, bands) == HYP_OK);
    for (int64_t p = 0; p < pixels; p++)
        for (int b = 0; b < bands; b++)
            slab.dn[p * slab.stride + b] = value(p, b);
    CHECK(hyp_summary_all(&slab, MPI_COMM_SELF, &s) == HYP_OK);
    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best; isa++) {
        use((hyp_isa)isa);
        memset(product, -1, sizeof product);
        CHECK(hyp_products(&slab, &s, product) == HYP_OK);
        CHECK(wrong_products(&slab, &s, product) == 0);
    }
    hyp_summary_release(&s);
    hyp_slab_release(&slab);
}

static void test_panels_of_a_slab(void)
{
    static const int64_t pixels[] = { 1, 2, 3, 511, 512, 513, 1025 };
    static const int bands[] = { 1, 31, 33, 64 };

    for (size_t i = 0; i < sizeof pixels / sizeof *pixels; i++)
        for (size_t k = 0; k < sizeof bands / sizeof *bands; k++) {
            check_slab(wide, pixels[i], bands[k]);
            check_slab(narrow, pixels[i], bands[k]);
            check_slab(flat, pixels[i], bands[k]);
            check_slab(whole_range, pixels[i], bands[k]);
        }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    best = hyp_isa_here();
    RUN(test_choice);
    RUN(test_depths);
    RUN(test_extremes);
    RUN(test_many_pairs);
    RUN(test_most_pairs);
    RUN(test_pack);
    RUN(test_panels_of_a_slab);
    MPI_Finalize();
    return test_status;
}
