# GNU make. `make help` lists the targets.
#
# Everything is made below $(BUILD), which is laid out like an installation: bin lib include share. Objects and generated
# sources stand beside that in obj and gen. New files in compiler/, runtime/ and grammar/ are found by themselves.

BUILD    ?= build
PREFIX   ?= /usr/local
SANITIZE ?=
TESTS    ?=
# Of all that is built: the standard it is compiled as, and what runs it, if this machine cannot (an emulator).
STD      ?= c11
RUN_WITH ?=

ifeq ($(origin CC),default)
CC = gcc
endif
ifeq ($(origin AR),default)
AR = ar
endif
NM     ?= nm
CFLAGS ?= -O2 -g

OUR_CFLAGS := -std=$(STD) -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Werror
# What re2c and bison write is theirs.
GEN_CFLAGS := -std=$(STD) -Wall -Wextra -Werror -Wno-unused-function -Wno-unused-label -Wno-unused-but-set-variable
SAN_CFLAGS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)

COMPILE  = $(CC) $(CPPFLAGS) -MMD -MP -c
INCLUDES = -Icompiler -Igrammar -I$(BUILD)/gen -Iruntime/include -I$(BUILD)/include $(patsubst %,-I%,$(wildcard third_party))

COMPILER_SRC := $(wildcard compiler/*.c compiler/*/*.c)
RUNTIME_SRC  := $(wildcard runtime/*.c runtime/*/*.c)
MODULES      := $(wildcard runtime/ops/*.chain)
HEADERS      := $(wildcard runtime/include/*.h runtime/include/chain/private/*.h)

LEXER  := $(patsubst grammar/%.re,$(BUILD)/gen/%_lex.c,$(wildcard grammar/*.re))
PARSER := $(patsubst grammar/%.y,$(BUILD)/gen/%.tab.c,$(wildcard grammar/*.y))
TOKENS := $(PARSER:.c=.h)

COMPILER_OBJ := $(COMPILER_SRC:%.c=$(BUILD)/obj/%.o) \
                $(LEXER:$(BUILD)/gen/%.c=$(BUILD)/obj/gen/%.o) $(PARSER:$(BUILD)/gen/%.c=$(BUILD)/obj/gen/%.o)
RUNTIME_OBJ  := $(RUNTIME_SRC:%.c=$(BUILD)/obj/%.o)
TRACED_OBJ   := $(RUNTIME_SRC:%.c=$(BUILD)/obj/traced/%.o)
MAIN_OBJ     := $(BUILD)/obj/compiler/main.o

CHAINC          := $(BUILD)/bin/chainc
LIBCHAIN        := $(BUILD)/lib/libchain.a
LIBCHAIN_TRACE  := $(BUILD)/lib/libchain-trace.a
LIBCHAINC       := $(BUILD)/obj/libchainc.a
PUBLIC_HEADERS  := $(HEADERS:runtime/include/%=$(BUILD)/include/%)
PUBLIC_MODULES  := $(MODULES:runtime/ops/%=$(BUILD)/share/chain/%)
MODULE_HEADERS  := $(MODULES:runtime/ops/%.chain=$(BUILD)/include/chain/%.h)

# A header that has moved in the tree would still be found in its old place, and define everything twice.
STALE := $(filter-out $(PUBLIC_HEADERS) $(MODULE_HEADERS),\
    $(wildcard $(foreach folder,include include/chain include/chain/private,$(BUILD)/$(folder)/*.h)))
$(if $(STALE),$(shell rm -f $(STALE)))

# What runs chainc here, if the one that is built is for another machine.
CHAINC_RUN ?= $(RUN_WITH) $(CHAINC)
CHAINC_DEP := $(filter $(CHAINC),$(CHAINC_RUN))

all: chainc libchain extras ## chainc and libchain, laid out in build/ as they are installed
chainc: $(CHAINC)
libchain: $(LIBCHAIN) $(LIBCHAIN_TRACE) $(PUBLIC_HEADERS) $(PUBLIC_MODULES) $(MODULE_HEADERS)

# ---- the compiler ----------------------------------------------------------------------------------------------------

$(CHAINC): $(COMPILER_OBJ)
	@mkdir -p $(@D)
	$(CC) $(SAN_CFLAGS) $(CFLAGS) $(LDFLAGS) $(COMPILER_OBJ) -o $@

# The same without main(), for the unit tests.
$(LIBCHAINC): $(filter-out $(MAIN_OBJ),$(COMPILER_OBJ))
	@rm -f $@
	$(AR) rcs $@ $^

# A tarball brings them along; who changes the grammar there, removes grammar/generated.
ifeq ($(wildcard grammar/generated),)
$(BUILD)/gen/%_lex.c: grammar/%.re
	@mkdir -p $(@D)
	re2c -W -Werror --conditions --no-generation-date --depfile $@.d -o $@ $<

$(BUILD)/gen/%.tab.c $(BUILD)/gen/%.tab.h &: grammar/%.y
	@mkdir -p $(@D)
	bison -Wall -Wcounterexamples -Werror --header=$(BUILD)/gen/$*.tab.h -o $(BUILD)/gen/$*.tab.c $<
else
$(BUILD)/gen/%: grammar/generated/%
	@mkdir -p $(@D)
	cp $< $@
endif

$(BUILD)/obj/compiler/%.o: compiler/%.c $(BUILD)/flags | $(TOKENS)
	@mkdir -p $(@D)
	$(COMPILE) $(OUR_CFLAGS) $(SAN_CFLAGS) $(CFLAGS) $(INCLUDES) $< -o $@

# AddressSanitizer knows the bounds of what malloc returns, and of nothing within it.
ifneq ($(findstring address,$(SANITIZE)),)
$(BUILD)/obj/compiler/base/arena.o: override CPPFLAGS += -DARENA_ALONE
endif

# The version, and where options.c looks for the data; a usual way makes no difference.
$(BUILD)/obj/compiler/driver/options.o: override CPPFLAGS += -DCHAINC_VERSION='"$(VERSION)"' -DCHAINC_WAY_TO_DATA='"$(WAY_TO_DATA)"'
$(BUILD)/obj/compiler/driver/options.o: $(BUILD)/way VERSION

$(BUILD)/obj/gen/%.o: $(BUILD)/gen/%.c $(BUILD)/flags | $(TOKENS)
	@mkdir -p $(@D)
	$(COMPILE) $(GEN_CFLAGS) $(SAN_CFLAGS) $(CFLAGS) $(INCLUDES) $< -o $@

# ---- the runtime -----------------------------------------------------------------------------------------------------

$(LIBCHAIN): $(RUNTIME_OBJ)
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/obj/runtime/%.o: runtime/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(COMPILE) $(OUR_CFLAGS) $(SAN_CFLAGS) $(CFLAGS) -pthread $(INCLUDES) $< -o $@

# The same with the trace (docs/trace.md).
$(LIBCHAIN_TRACE): $(TRACED_OBJ)
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/obj/traced/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(COMPILE) $(OUR_CFLAGS) $(SAN_CFLAGS) $(CFLAGS) -DCHAIN_TRACE -pthread $(INCLUDES) $< -o $@

# The operations of a module are declared in NAME.chain and written in NAME.c, which includes the header made from the former.
$(filter $(BUILD)/obj/runtime/ops/%,$(RUNTIME_OBJ)) $(filter $(BUILD)/obj/traced/runtime/ops/%,$(TRACED_OBJ)): | $(MODULE_HEADERS)

$(BUILD)/include/chain/%.h: runtime/ops/%.chain $(CHAINC_DEP)
	@mkdir -p $(@D) $(BUILD)/gen/ops
	$(CHAINC_RUN) -I runtime/ops $< -o $(BUILD)/gen/ops/$*.c --header=$@

$(BUILD)/include/%.h: runtime/include/%.h
	@mkdir -p $(@D)
	cp $< $@

$(BUILD)/share/chain/%.chain: runtime/ops/%.chain
	@mkdir -p $(@D)
	cp $< $@

include install.mk
include dist.mk
include fuzzers.mk

# ---- tests -----------------------------------------------------------------------------------------------------------

# Programs of the tests are compiled in a hurry, unless somebody says how. ./test lets the compiler optimize; with sanitizers that
# takes more than twice as long, and they see less.
CHECK_CFLAGS ?= $(if $(SANITIZE),-O0 -g1 $(SAN_CFLAGS),$(if $(filter file,$(origin CFLAGS)),-O0,$(CFLAGS)))
RUN_TESTS     = tests/run --build $(BUILD) --cflags="$(CHECK_CFLAGS)" $(if $(TIMEOUT),--timeout $(TIMEOUT)) $(if $(LONG),--long --times 12)

check: all $(LIBCHAINC) fuzzers ## the tests that are done in a minute, with LONG=1 all; TESTS names some: make check TESTS=rules
	@$(RUN_TESTS) $(TESTS)

# Into a prefix of its own, from which the tests build; nothing of the source is used then.
INSTALLED := $(BUILD)/installed
check-builds: ## installs, and builds sample projects, tarball and packages from what is installed
	@rm -rf $(INSTALLED)
	@$(MAKE) --no-print-directory -s install PREFIX=$(abspath $(INSTALLED))
	@tests/run --build $(BUILD) --builds --timeout 900 $(TESTS)

bless: all $(LIBCHAINC) fuzzers ## rewrite the expected outputs, and say which changed
	@tests/run --build $(BUILD) --bless $(TESTS)

asan: ## the tests with AddressSanitizer and UndefinedBehaviorSanitizer, in build/asan
	@$(MAKE) --no-print-directory check LONG=1 BUILD=$(BUILD)/asan SANITIZE=address,undefined CFLAGS="-O1 -g" TIMEOUT=240

tsan: ## the tests that use threads with ThreadSanitizer, in build/tsan
	@$(MAKE) --no-print-directory check BUILD=$(BUILD)/tsan SANITIZE=thread CFLAGS="-O1 -g" TIMEOUT=240 TESTS="$(or $(TESTS),--threads)"

fuzz: all ## every construct in every other, and 10000 random programs under faults, compared with an oracle; see tests/fuzz/fuzz.py --help
	@tests/fuzz/fuzz.py --build $(BUILD) --nested --count $(or $(N),10000) --seed $(or $(SEED),1) --progress 2000

fuzz-accepted: all $(LIBCHAINC) ## N changed sources (20000): gcc refuses nothing that chainc writes for those that it accepts
	@nice -n 10 tests/fuzzers/accepted.py --build $(BUILD) --count $(or $(N),20000) --seed $(or $(SEED),1)

fuzz-compiler: ## fuzz targets of the compiler and of what the examples read, FUZZ_SECONDS=300 in all; see tests/fuzzers/README.md
	@tests/fuzzers/run --seconds $(or $(FUZZ_SECONDS),300)

soak: all ## as fuzz, with N=1000000 programs from SEED=1000000 on; continues where it was interrupted
	@nice -n 10 tests/fuzz/fuzz.py --build $(BUILD) --work $(BUILD)/soak --count $(or $(N),1000000) --seed $(or $(SEED),1000000) \
	    --resume --progress 10000

damage: all $(LIBCHAINC) ## 100 sources with every byte deleted, doubled and changed: errors are reported at their place; see tests/damage/damage.py --help
	@nice -n 10 tests/damage/damage.py --build $(BUILD) --kinds-of-far 20

names: all ## every name that C, C++, libraries and generated code have, in every place of the language, in every standard; tests/names/names.py --help
	@nice -n 10 tests/names/names.py --build $(BUILD)
	@nice -n 10 tests/names/declared.py --build $(BUILD)

# What tests/long takes samples of.
declarations: all ## every shape of a declaration, every type with a strict alignment, damage to every region of C, in every place
	@mkdir -p $(addprefix $(BUILD)/declarations/,aligned positions declarators)
	@set -e; for script in aligned positions declarators; do echo "== $$script"; \
	    (cd $(BUILD)/declarations/$$script && TOP=$(CURDIR) BUILD=$(abspath $(BUILD)) CHAINC=$(abspath $(CHAINC)) \
	        nice -n 10 $(CURDIR)/tests/long/$$script.py all); done

growth: chainc ## instructions of chainc for n and for 4 n of everything a file can have many of
	@mkdir -p $(BUILD)/growth && cd $(BUILD)/growth && CHAINC=$(abspath $(CHAINC)) $(CURDIR)/tests/growth/growth.py

MUTANTS = nice -n 10 tests/mutants/mutants.py --build $(BUILD)
mutants: all $(LIBCHAINC) ## small changes of meaning in compiler and runtime, each of which a test has to notice; see tests/mutants
	@$(MUTANTS)

# Whatever links libchain needs the library of gcov, so it stands in the archive. A test that fails here because it takes long
# or looks at what the C compiler makes says nothing; what it has run counts. What lets system calls fail lets those of gcov
# fail, which then waits for a lock without end.
COVERAGE     := $(BUILD)/coverage
MADE_TO_COUNT = BUILD=$(COVERAGE) CPPFLAGS=-DNDEBUG CFLAGS="-O0 -g --coverage -fprofile-update=atomic"
coverage: ## which lines and branches of the core and of the passes that place states no test runs, in build/coverage
	@$(MAKE) --no-print-directory -s all $(COVERAGE)/obj/libchainc.a $(MADE_TO_COUNT)
	@rm -rf $(COVERAGE)/obj/gcov && mkdir -p $(COVERAGE)/obj/gcov
	@cd $(COVERAGE)/obj/gcov && $(AR) x "$$($(CC) -print-file-name=libgcov.a)"
	@for a in $(COVERAGE)/lib/*.a $(COVERAGE)/obj/libchainc.a; do $(AR) rcs $$a $(COVERAGE)/obj/gcov/*.o; done
	@find $(COVERAGE) -name '*.gcda' -delete
	-@tests/run --build $(COVERAGE) --long --timeout 600 --without long/faults
	-@tests/fuzz/fuzz.py --build $(COVERAGE) --nested --count 500
	@tests/mutants/coverage.py $(COVERAGE)

comments: $(LIBCHAINC) ## comments of all kinds in rows of three between all tokens; printed as source, nothing of them is lost
	@STRIDE=1 tests/run --build $(BUILD) --timeout 600 unit/compiler_comments

formatted: $(CHAINC) ## 10000 random programs: formatted they have the same tree, and lines of the input make no difference
	@COUNT=10000 tests/run --build $(BUILD) --timeout 3600 long/formatted

faults: all $(LIBCHAINC) ## every allocation and every system call of chainc and of libchain fails once, and a signal comes before each; tests/faults/faults.py --help
	@STRIDE=1 tests/run --build $(BUILD) --timeout 3600 unit/compiler_memory
	@tests/faults/faults.py --build $(BUILD)
	@tests/faults/runtime.py --build $(BUILD)

valgrind: all ## the examples, and chainc with an input that has errors, under valgrind
	@tests/run --build $(BUILD) --valgrind $(or $(TESTS),examples emit/all_mixed ui/check_raises ui/syntax_several)

bench: all ## measure; see bench/README.md
	@bench/run

bench-hosts: all ## measure the loops of other libraries with chains in them; see bench/README.md
	@bench/hosts.py

# ---- the rest --------------------------------------------------------------------------------------------------------

OUR_SOURCES = $(shell find bench compiler examples runtime tests -name '*.[ch]')
# In tests/, how a file is laid out is often what is tested.
OUR_CHAINS = $(shell find bench docs examples runtime -name '*.chain')

format: $(CHAINC_DEP) ## clang-format rewrites the C sources, chainc --format the .chain files
	@clang-format -i $(OUR_SOURCES)
	@$(CHAINC_RUN) --format -i $(OUR_CHAINS)

format-check: $(CHAINC_DEP) ## neither of them would change anything
	@clang-format --dry-run --Werror $(OUR_SOURCES)
	@$(CHAINC_RUN) --format --check $(OUR_CHAINS)

# Committed, as pages on a web forge show them; docs/pictures/README.md.
PICTURES := $(patsubst %.txt,%.svg,$(wildcard docs/pictures/*.txt))
pictures: $(PICTURES) ## the pictures of the documentation, from their texts
docs/pictures/%.svg: docs/pictures/%.txt tools/picture.py
	tools/picture.py $< >$@

clean: ## remove build/
	rm -rf $(BUILD)

help: ## this text
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(wildcard Makefile *.mk)

# What the objects were made with: a change of it remakes them, and tests/run builds its programs the same way.
define FLAGS
CC=$(CC)
CPPFLAGS=$(CPPFLAGS)
CFLAGS=$(CFLAGS) $(SAN_CFLAGS)
SANITIZE=$(SANITIZE)
STD=$(STD)
RUN_WITH=$(RUN_WITH)
endef
export FLAGS
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$FLAGS" | cmp -s - $@ || printf '%s\n' "$$FLAGS" > $@

$(BUILD)/way: FORCE
	@mkdir -p $(@D)
	@echo '$(WAY_TO_DATA)' | cmp -s - $@ || echo '$(WAY_TO_DATA)' >$@

.PHONY: all chainc libchain check check-builds bless asan tsan comments formatted damage valgrind fuzz soak growth \
        bench bench-hosts format format-check pictures clean mutants coverage fuzz-compiler faults fuzz-accepted names declarations \
        help FORCE
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

-include $(COMPILER_OBJ:.o=.d) $(RUNTIME_OBJ:.o=.d) $(SHARED_OBJ:.o=.d) $(TRACED_OBJ:.o=.d) $(LEXER:=.d)
