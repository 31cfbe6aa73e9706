/*
 * report_template.c - the page that src/report is built to, in the program
 *
 * The assembler includes the file, seen from the top folder; GCC and Clang
 * know .incbin alike.
 */
#include "io/report_template.h"

__asm__(".pushsection .rodata\n"
        ".globl hyp_report_template\n"
        ".type hyp_report_template, %object\n"
        "hyp_report_template:\n"
        ".incbin \"src/report/dist/report_template.html\"\n"
        ".byte 0\n"
        ".size hyp_report_template, . - hyp_report_template\n"
        ".popsection\n");
