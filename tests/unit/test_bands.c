/* ranks: 1 */
/*
 * test_bands.c - the tutorial's band rule against a transcription of it; lists
 * of bands, good and bad; no allocation failure goes unseen
 */
#include "test.h"

#include "base/fault.h"
#include "hyperslab/bands.h"

#include <stdbool.h>
#include <string.h>

enum { MOST = 600 };

static double wavelength[MOST];
static const hyp_band_window water[] = { { 1340, 1445 }, { 1790, 1955 } };

/* NEON's are about 5 nm apart, from 381 to 2510 nm. */
static void fill_wavelengths(int bands)
{
    for (int b = 0; b < bands; b++)
        wavelength[b] = 381.2 + b * (2510.5 - 381.2) / (bands - 1);
}

/* np.max(np.where(w < low)) */
static int greatest_below(int bands, double low)
{
    int found = -1;

    for (int b = 0; b < bands; b++)
        if (wavelength[b] < low)
            found = b;
    return found;
}

/* np.min(np.where(w > high)) */
static int least_above(int bands, double high)
{
    for (int b = 0; b < bands; b++)
        if (wavelength[b] > high)
            return b;
    return -1;
}

static int append_range(int *index, int count, int from, int to)
{
    for (int b = from; b < to; b++)
        index[count++] = b;
    return count;
}

/*
 * clean_neon_refl_data(): range(10, bb1_ind0), range(bb1_ind1, bb2_ind0),
 * range(bb2_ind1, len(wavelength) - 15), joined.
 */
static int tutorial(int bands, const hyp_band_window *window, int *index)
{
    const int first0 = greatest_below(bands, window[0].low);
    const int first1 = least_above(bands, window[0].high);
    const int second0 = greatest_below(bands, window[1].low);
    const int second1 = least_above(bands, window[1].high);
    int count = append_range(index, 0, 10, first0);

    count = append_range(index, count, first1, second0);
    return append_range(index, count, second1, bands - 15);
}

static bool same(const hyp_bands *kept, const int *index, int count)
{
    return kept->count == count &&
           memcmp(kept->index, index, (size_t)count * sizeof *index) == 0;
}

static void check_neon(int bands, const hyp_band_window *window)
{
    int index[MOST];
    hyp_bands kept;
    const int count = tutorial(bands, window, index);

    CHECK(hyp_bands_neon(&kept, wavelength, bands, window, 2) == HYP_OK);
    CHECK(same(&kept, index, count));
    hyp_bands_release(&kept);
    CHECK(kept.count == 0 && kept.index == NULL);
}

static void test_neon_rule(void)
{
    for (int bands = 421; bands <= 428; bands++) {
        fill_wavelengths(bands);
        check_neon(bands, water);
    }
}

static void test_neon_rule_at_a_wavelength(void)
{
    fill_wavelengths(426);
    for (int shift = -1; shift <= 1; shift++) { /* ends just at a band's */
        const double by = shift * 1e-9;
        const hyp_band_window window[] = {
            { wavelength[100] + by, wavelength[120] + by },
            { wavelength[200] + by, wavelength[201] + by }
        };

        check_neon(426, window);
    }
}

static void test_neon_rule_without_windows(void)
{
    hyp_bands kept;

    fill_wavelengths(40);
    CHECK(hyp_bands_neon(&kept, wavelength, 40, NULL, 0) == HYP_OK);
    CHECK(kept.count == 15 && kept.index[0] == 10 && kept.index[14] == 24);
    hyp_bands_release(&kept);
}

static void test_neon_rule_on_few_bands(void)
{
    hyp_bands kept;

    for (int bands = 1; bands <= 25; bands++) {
        fill_wavelengths(bands == 1 ? 2 : bands);
        CHECK(hyp_bands_neon(&kept, wavelength, bands, water, 2) ==
              HYP_ENUMERIC);
        CHECK(kept.index == NULL && kept.count == 0);
    }
}

static void test_neon_rule_beyond_the_wavelengths(void)
{
    const hyp_band_window all[] = { { 100, 3000 } };
    const hyp_band_window above[] = { { 2400, 3000 } };
    hyp_bands kept;

    fill_wavelengths(100);
    CHECK(hyp_bands_neon(&kept, wavelength, 100, all, 1) == HYP_ENUMERIC);
    CHECK(hyp_bands_neon(&kept, wavelength, 100, above, 1) == HYP_OK);
    CHECK(wavelength[kept.index[kept.count - 1]] < 2400);
    hyp_bands_release(&kept);
}

static void test_subset(void)
{
    for (int n = 1; n <= 50; n++) {
        int index[MOST], count = 0;
        hyp_bands kept;

        CHECK(hyp_bands_listed(&kept, "3-40", 40) == HYP_OK);
        for (int b = 2; b < 40; b += n) /* list[::n] */
            index[count++] = b;
        hyp_bands_subset(&kept, n);
        CHECK(same(&kept, index, count));
        hyp_bands_release(&kept);
    }
}

/* What several factors need together. */
static void test_subsets(void)
{
    static const int factors[][3] = { { 2, 3, 5 }, { 4, 2, 7 }, { 1, 9, 9 } };

    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        int index[MOST], count = 0;
        hyp_bands kept;

        CHECK(hyp_bands_listed(&kept, "3-40", 40) == HYP_OK);
        for (int b = 0; b < 38; b++)
            if (b % factors[i][0] == 0 || b % factors[i][1] == 0 ||
                b % factors[i][2] == 0)
                index[count++] = b + 2;
        hyp_bands_subsets(&kept, factors[i], 3);
        CHECK(same(&kept, index, count));
        hyp_bands_release(&kept);
    }
}

static void check_list(const char *text, const int *index, int count)
{
    hyp_bands kept;

    CHECK(hyp_bands_listed(&kept, text, 12) == HYP_OK);
    CHECK(same(&kept, index, count));
    hyp_bands_release(&kept);
}

static void test_good_lists(void)
{
    check_list("1", (int[]){ 0 }, 1);
    check_list("12", (int[]){ 11 }, 1);
    check_list("5-5", (int[]){ 4 }, 1);
    check_list("1-3,7,9-10", (int[]){ 0, 1, 2, 6, 8, 9 }, 6);
    check_list("9-10,7,1-3", (int[]){ 0, 1, 2, 6, 8, 9 }, 6);
    check_list("2-4,3-5,4", (int[]){ 1, 2, 3, 4 }, 4);
}

static void test_bad_lists(void)
{
    static const char *const bad[] = {
        "",     ",",     "1,",    ",1",    "0",
        "13",   "1-13",  "3-2",   "-3",    "3-",
        "1--3", "1-2-3", "1;2",   "a",     "1,b",
        "1 2",  "1.5",   "1,,2",  "0x3",   "99999999999999999999",
        "1-",   "-",     "1-3,0", "1-3, ", "4294967297"
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        hyp_bands kept;
        const hyp_status st = hyp_bands_listed(&kept, bad[i], 12);

        CHECK(st == HYP_EUSAGE);
        CHECK(kept.index == NULL && kept.count == 0);
        if (st != HYP_EUSAGE)
            fprintf(stderr, "# taken: '%s'\n", bad[i]);
        hyp_bands_release(&kept);
    }
}

static void test_error_names_the_wrong_part(void)
{
    hyp_bands kept;

    CHECK(hyp_bands_listed(&kept, "1-3,77,5", 12) == HYP_EUSAGE);
    CHECK(strstr(hyp_last_error()->text, "'77,5'") != NULL);
    CHECK(strstr(hyp_last_error()->text, "1-12") != NULL);
}

static void test_outside(void)
{
    const hyp_band_window windows[] = { { 30, 50 }, { 70, 75 } };
    hyp_bands kept;

    for (int b = 0; b < 10; b++)
        wavelength[b] = 10 * b;
    CHECK(hyp_bands_outside(&kept, wavelength, 10, windows, 2) == HYP_OK);
    CHECK(same(&kept, (int[]){ 0, 1, 2, 6, 8, 9 }, 6));
    hyp_bands_release(&kept);
    CHECK(hyp_bands_outside(&kept, wavelength, 10, NULL, 0) == HYP_OK);
    CHECK(kept.count == 10 && kept.index[9] == 9);
    hyp_bands_release(&kept);
    CHECK(hyp_bands_outside(&kept, wavelength, 10, &(hyp_band_window){ 0, 90 },
                            1) == HYP_ENUMERIC);
    CHECK(kept.index == NULL);
}

static hyp_status choose(int rule, hyp_bands *kept)
{
    switch (rule) {
    case 0: return hyp_bands_neon(kept, wavelength, 60, water, 2);
    case 1: return hyp_bands_outside(kept, wavelength, 60, water, 2);
    default: return hyp_bands_listed(kept, "1-60", 60);
    }
}

static void test_every_single_failure(void)
{
    fill_wavelengths(60);
    for (int rule = 0; rule < 3; rule++)
        for (long nth = 1; nth <= 3; nth++) {
            hyp_bands kept;
            hyp_status st;

            hyp_fault_arm(nth);
            st = choose(rule, &kept);
            CHECK(hyp_fault_fired() == (nth <= 2));
            CHECK(st == (nth <= 2 ? HYP_ENOMEM : HYP_OK));
            CHECK((kept.index == NULL) == (nth <= 2));
            hyp_fault_arm(0);
            hyp_bands_release(&kept);
        }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_neon_rule);
    RUN(test_neon_rule_at_a_wavelength);
    RUN(test_neon_rule_without_windows);
    RUN(test_neon_rule_on_few_bands);
    RUN(test_neon_rule_beyond_the_wavelengths);
    RUN(test_subset);
    RUN(test_subsets);
    RUN(test_good_lists);
    RUN(test_bad_lists);
    RUN(test_error_names_the_wrong_part);
    RUN(test_outside);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
