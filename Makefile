# Build libhyperslab.a, the hyperslab program and the tests, out of tree.
#
#   make                          hyperslab, hyperslab-fetch and libhyperslab.a in build/release
#   make test                     unit, MPI, command-line, oracle and lint tests
#   make test RANKS="1 4"         instead of the rank counts each test names
#   make test ONLY=kmeans         only the tests whose path holds that word
#   make test SAN=address,undefined
#   make test-slurm               jobs of slurm/ on a SLURM of two nodes, started here
#   make test-hosts               ranks on two hosts, made of network namespaces
#   make lint                     layers, names, collectives, docs, errors, format
#   make demo                     a synthetic tile, from file to map
#   make test-report              the report, in Chromium; needs node and npm
#   make report-template          the report's page from its sources; likewise
#   make bench                    measure against SPy and scikit-learn
#   make install PREFIX=/opt/hyperslab DESTDIR=/tmp/stage
#   make V=1                      show the commands
#
# Put site settings in config.mk (not tracked); config/*.mk has examples.

.DEFAULT_GOAL := all
-include config.mk

ifeq ($(origin CC),default)
CC := mpicc
endif
PKG_CONFIG ?= pkg-config
PKGS       ?= hdf5-openmpi scalapack-openmpi openblas libdeflate libtiff-4 libpng libjpeg cairo jansson proj zlib
# libgeotiff ships no pkg-config file.
GEOTIFF_CFLAGS ?= -I/usr/include/geotiff
GEOTIFF_LIBS   ?= -lgeotiff
# The high-level part of HDF5 lies beside HDF5.
HDF5_HL_LIBS   ?= -lhdf5_hl
MPIRUN     ?= mpirun --oversubscribe -q -np
PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
INSTALL    ?= install
CFLAGS     ?= -O3 -g
V          ?= 0
Q          := $(if $(filter 0,$(V)),@)

comma := ,
MODE  ?= release
BUILD ?= build/$(MODE)$(if $(SAN),-$(subst $(comma),-,$(SAN)))

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
        -Wmissing-prototypes -Wwrite-strings -Wvla -Wundef -Wformat=2
CPP  := -Iinclude -Isrc $(shell $(PKG_CONFIG) --cflags $(PKGS)) \
        $(GEOTIFF_CFLAGS) -D_POSIX_C_SOURCE=200809L $(CPPFLAGS)
C    := -std=c11 -ffp-contract=off -fno-math-errno $(WARN) $(CFLAGS) $(if $(WERROR),-Werror) \
        $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)
LIBS := $(shell $(PKG_CONFIG) --libs $(PKGS)) $(HDF5_HL_LIBS) \
        $(GEOTIFF_LIBS) -lm

VERSION := $(shell sed -n 's/.*HYP_VERSION "\(.*\)"/\1/p' include/hyperslab/version.h)

LIB_SRC  := $(sort $(wildcard $(addprefix src/,base/*.c comm/*.c kernel/*.c \
                              core/*.c io/*.c)))
PROG_SRC := src/main.c $(sort $(wildcard src/cmd/*.c))
TEST_SRC := $(sort $(wildcard tests/unit/*.c))

# The tests link a second copy of the library, built with fault injection.
obj       = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(2))
LIB_OBJ  := $(call obj,obj,$(LIB_SRC))
PROG_OBJ := $(call obj,obj,$(PROG_SRC))
TLIB_OBJ := $(call obj,tobj,$(LIB_SRC))
TEST_OBJ := $(call obj,tobj,$(TEST_SRC))
TESTS    := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(TEST_SRC))
BOUNDS   := $(BUILD)/bench/bounds

all: $(BUILD)/hyperslab $(BUILD)/hyperslab-fetch $(BUILD)/libhyperslab.a

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPP) $(C) -MMD -MP -c -o $@ $<

$(BUILD)/tobj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPP) -Itests -DHYP_FAULTS $(C) -MMD -MP -c -o $@ $<

# Whatever rounding does to a bound, it holds (src/kernel/bound.h).
$(call obj,obj,src/kernel/bound.c) $(call obj,tobj,src/kernel/bound.c): \
    private C += -ffp-contract=fast

# The assembler includes the page.
$(BUILD)/obj/src/io/report_template.o $(BUILD)/tobj/src/io/report_template.o: \
    src/report/dist/report_template.html

$(BUILD)/libhyperslab.a: $(LIB_OBJ)
$(BUILD)/libhyperslab-test.a: $(TLIB_OBJ)
$(BUILD)/%.a:
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/hyperslab: $(PROG_OBJ) $(BUILD)/libhyperslab.a
	$(Q)$(CC) $(C) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/hyperslab-fetch: src/hyperslab-fetch.sh include/hyperslab/version.h
	@mkdir -p $(@D)
	$(Q)sed 's|@VERSION@|$(VERSION)|' $< > $@
	$(Q)chmod 755 $@

$(BUILD)/tests/%: $(BUILD)/tobj/tests/unit/%.o $(BUILD)/libhyperslab-test.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(C) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BOUNDS): $(call obj,obj,tests/bench/bounds.c) $(BUILD)/libhyperslab.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(C) $(LDFLAGS) -o $@ $^ $(LIBS)

# Rewritten only when the command line changes, so that everything rebuilds.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CPP) $(C) $(LDFLAGS) $(LIBS)' | cmp -s - $@ || \
	 echo '$(CC) $(CPP) $(C) $(LDFLAGS) $(LIBS)' > $@

test: all $(TESTS)
	$(Q)BUILD=$(BUILD) MPIRUN='$(MPIRUN)' RANKS='$(RANKS)' ONLY='$(ONLY)' \
	    tests/run.sh

test-slurm test-hosts: test-%: all
	$(Q)BUILD=$(BUILD) MPIRUN='$(MPIRUN)' ONLY='$(ONLY)' \
	    SCRIPTS='tests/cluster/$*-*.sh' tests/run.sh

lint: $(BUILD)/libhyperslab.a
	$(Q)BUILD=$(BUILD) MPIRUN='$(MPIRUN)' ONLY=lint/ tests/run.sh

test-report: all
	$(Q)BUILD=$(BUILD) MPIRUN='$(MPIRUN)' sh tests/report/run.sh

report-template:
	$(Q)cd src/report && npm ci --no-audit --no-fund --loglevel=error && \
	    node build.mjs

format:
	$(Q)clang-format -i $(shell git ls-files '*.c' '*.h')

demo: all
	$(Q)BUILD=$(BUILD) MPIRUN='$(MPIRUN)' tests/demo.sh

bench: all $(BOUNDS)
	$(Q)BUILD=$(BUILD) MPIRUN='$(MPIRUN)' tests/bench/bench.py $(BENCH)

# Users of the library link a shared libproj, which brings what it needs; its own
# file asks a static link for all of curl.
PC_PKGS = $(filter-out proj,$(PKGS))
PC_LIBS = $(HDF5_HL_LIBS) $(GEOTIFF_LIBS) \
          $(if $(filter proj,$(PKGS)),$(shell $(PKG_CONFIG) --libs proj))

$(BUILD)/hyperslab.pc: config/hyperslab.pc.in include/hyperslab/version.h $(BUILD)/flags
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
	    -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	    -e 's|@PKGS@|$(PC_PKGS)|' -e 's|@LIBS@|$(PC_LIBS)|' $< > $@

install: all $(BUILD)/hyperslab.pc
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig \
	    $(DESTDIR)$(INCLUDEDIR)/hyperslab
	$(INSTALL) -m 755 $(BUILD)/hyperslab $(BUILD)/hyperslab-fetch \
	    $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 644 $(BUILD)/libhyperslab.a $(DESTDIR)$(LIBDIR)
	$(INSTALL) -m 644 include/hyperslab.h $(DESTDIR)$(INCLUDEDIR)
	$(INSTALL) -m 644 include/hyperslab/*.h $(DESTDIR)$(INCLUDEDIR)/hyperslab
	$(INSTALL) -m 644 $(BUILD)/hyperslab.pc $(DESTDIR)$(LIBDIR)/pkgconfig

clean:
	rm -rf $(BUILD)

FORCE:
.PHONY: all test test-slurm test-hosts lint test-report report-template format \
        demo bench install clean FORCE
.SECONDARY: $(TEST_OBJ)

-include $(patsubst %.o,%.d,$(LIB_OBJ) $(PROG_OBJ) $(TLIB_OBJ) $(TEST_OBJ)) \
         $(BUILD)/obj/tests/bench/bounds.d
