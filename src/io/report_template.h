/*
 * report_template.h - the page that src/report is built to, in the program
 */
#ifndef HYP_IO_REPORT_TEMPLATE_H
#define HYP_IO_REPORT_TEMPLATE_H

/* Text, with its end; HYP_REPORT_MARKER stands where the data go. */
extern const char hyp_report_template[];

#define HYP_REPORT_MARKER "<!-- data -->"

#endif
