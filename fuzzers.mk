# The fuzz targets: tests/fuzzers/README.md. A plain build makes programs that run them on files (part of `make check`); with
# FUZZ_ENGINE=libfuzzer and CC=clang they are libFuzzer's.

FUZZ_ENGINE ?=
FUZZ_TEXT   := compiler source options
FUZZERS     := $(FUZZ_TEXT) input
FUZZ_BIN    := $(FUZZERS:%=$(BUILD)/fuzzers/%)
FUZZ_OBJ    := $(BUILD)/obj/fuzzers

FUZZ_PROGRAMS := crawler crawler_site k_users k_users_server echo echo_client keepalive server numbers
FUZZ_SAMPLES  := $(filter-out numbers,$(FUZZ_PROGRAMS)) 10_success_passes_catch

# What counts the way through the compiler and the runtime has no business in what watches them.
FUZZ_CFLAGS = -std=gnu11 -Wall -Wextra -Wshadow -Werror $(SAN_CFLAGS) $(filter-out -fsanitize-coverage=%,$(CFLAGS)) $(INCLUDES) \
              -Itests/fuzzers
FUZZ_LINK   = $(CC) $(SAN_CFLAGS) $(if $(FUZZ_ENGINE),-fsanitize=fuzzer) $(CFLAGS) $(LDFLAGS)

fuzzers: $(FUZZ_BIN)

$(FUZZ_TEXT:%=$(BUILD)/fuzzers/%): $(BUILD)/fuzzers/%: $(FUZZ_OBJ)/fuzz_%.o $(FUZZ_OBJ)/parts.o $(FUZZ_OBJ)/files.o \
        $(FUZZ_OBJ)/drive.o $(FUZZ_OBJ)/verify.o $(FUZZ_OBJ)/libcompiler.a
	$(FUZZ_LINK) $^ -o $@

$(BUILD)/fuzzers/input: $(FUZZ_OBJ)/fuzz_input.o $(FUZZ_OBJ)/parts.o $(FUZZ_OBJ)/wire.o $(FUZZ_OBJ)/programs/address.o \
        $(FUZZ_PROGRAMS:%=$(FUZZ_OBJ)/programs/%.o) $(LIBCHAIN)
	$(FUZZ_LINK) $^ -pthread -o $@

$(FUZZ_BIN): $(if $(FUZZ_ENGINE),,$(FUZZ_OBJ)/replay.o) | $(BUILD)/fuzzers
$(BUILD)/fuzzers/compiler $(BUILD)/fuzzers/source: $(if $(FUZZ_ENGINE),$(FUZZ_OBJ)/mutate.o)

$(BUILD)/fuzzers:
	@mkdir -p $@

# The compiler, with system calls that are answered from memory.
$(FUZZ_OBJ)/libcompiler.a: $(LIBCHAINC) tests/fuzzers/files.syms
	@mkdir -p $(@D)
	objcopy --redefine-syms=tests/fuzzers/files.syms $(LIBCHAINC) $@

$(FUZZ_OBJ)/%.o: tests/fuzzers/%.c $(BUILD)/flags | $(TOKENS) $(PUBLIC_HEADERS) $(MODULE_HEADERS)
	@mkdir -p $(@D)
	$(COMPILE) $(FUZZ_CFLAGS) $< -o $@

# Several examples have chains of one name: of each object only its struct program is seen.
$(patsubst %,$(FUZZ_OBJ)/programs/%.o,$(FUZZ_PROGRAMS) address): $(FUZZ_OBJ)/programs/%.o: tests/fuzzers/programs/%.c \
        $(FUZZ_SAMPLES:%=$(BUILD)/gen/fuzzers/%.c) $(BUILD)/flags
	@mkdir -p $(@D)
	$(COMPILE) -std=gnu11 -Wall -Wextra -Werror $(SAN_CFLAGS) $(CFLAGS) $(INCLUDES) -I$(BUILD)/gen/fuzzers $< -o $@
	objcopy --keep-global-symbol=$*_program --keep-global-symbol=address_feed $@

$(BUILD)/gen/fuzzers/%.c: examples/%.chain $(CHAINC_DEP) | $(PUBLIC_MODULES)
	@mkdir -p $(@D)
	$(CHAINC_RUN) $< -o $@

.PHONY: fuzzers
-include $(wildcard $(FUZZ_OBJ)/*.d $(FUZZ_OBJ)/programs/*.d)
