# What is installed, and where: included by the Makefile. make install DESTDIR=... PREFIX=... or the variables of the GNU coding
# standards. The compiler finds its modules by the way from bindir to datadir, so say unusual folders to `make` as well.

VERSION   := $(shell cat VERSION)
ABI       := $(shell sed -n 's/^\#define CHAIN_ABI \([0-9]*\)$$/\1/p' runtime/include/chain.h)
SOVERSION := $(firstword $(subst ., ,$(VERSION)))

prefix      ?= $(PREFIX)
exec_prefix ?= $(prefix)
bindir      ?= $(exec_prefix)/bin
libdir      ?= $(exec_prefix)/lib
includedir  ?= $(prefix)/include
datarootdir ?= $(prefix)/share
datadir     ?= $(datarootdir)
mandir      ?= $(datarootdir)/man
docdir      ?= $(datarootdir)/doc/chain
# Of other programs, which look there.
pkgconfigdir      ?= $(libdir)/pkgconfig
toolpkgconfigdir  ?= $(datarootdir)/pkgconfig
cmakedir          ?= $(libdir)/cmake/chain
aclocaldir        ?= $(datarootdir)/aclocal
bashcompletiondir ?= $(datarootdir)/bash-completion/completions
zshcompletiondir  ?= $(datarootdir)/zsh/site-functions
fishcompletiondir ?= $(datarootdir)/fish/vendor_completions.d
gdbdir            ?= $(datarootdir)/gdb/auto-load
INSTALL ?= install

way = $(shell sh tools/way.sh $1 $2)
WAY_TO_DATA := $(call way,$(bindir),$(datadir))

# ---- the runtime as two files, and as a shared library ---------------------------------------------------------------

AMALGAMATION   := $(addprefix $(BUILD)/share/chain/runtime/,chain.h chain.c)
VENDOR_HEADERS := $(MODULES:runtime/ops/%.chain=$(BUILD)/gen/vendor/%.h)
GEN_HEADERS    := $(addprefix runtime/include/,chain.h chain/private/gen.h chain/private/post.h chain/private/join.h chain/private/spawn.h chain/private/carry.h chain/private/promise.h chain/private/run.h chain_bare.h)
# Those that need the header of another library are installed, but no part of it.
ADAPTERS       := $(addprefix runtime/include/chain_,ev.h glib.h libevent.h sd_event.h uv.h)
TOLD_HEADERS   := $(GEN_HEADERS) $(filter-out $(GEN_HEADERS) $(ADAPTERS),$(sort $(HEADERS))) $(VENDOR_HEADERS)
# The core first; ports to other systems are no part of it.
TOLD_SOURCES   := $(sort $(wildcard runtime/core/*.[ch])) \
                  $(filter-out runtime/core/% runtime/ports/%,$(sort $(wildcard runtime/*/*.c) $(filter-out runtime/include/%,$(wildcard runtime/*/*.h))))
AMALGAMATE     := awk -v version=$(VERSION) -v license=LICENSE

$(BUILD)/gen/vendor/%.h: runtime/ops/%.chain $(CHAINC_DEP)
	@mkdir -p $(@D)
	$(CHAINC_RUN) --vendor --no-lines -I runtime/ops $< -o $(BUILD)/gen/vendor/$*.c --header=$@

$(BUILD)/share/chain/runtime/chain.h: $(TOLD_HEADERS) install.mk tools/amalgamate.awk LICENSE
	@mkdir -p $(@D)
	$(AMALGAMATE) -v kind=h -f tools/amalgamate.awk $(TOLD_HEADERS) >$@

$(BUILD)/share/chain/runtime/chain.c: $(TOLD_SOURCES) $(TOLD_HEADERS) install.mk tools/amalgamate.awk LICENSE
	@mkdir -p $(@D)
	$(AMALGAMATE) -v kind=c -v headers='$(TOLD_HEADERS)' -f tools/amalgamate.awk $(TOLD_SOURCES) >$@

# In a folder of its own: a library in build/lib would be taken in place of the static one.
SHARED_NAME := libchain.so.$(SOVERSION)
SHARED      := $(BUILD)/shared/libchain.so.$(VERSION)
SHARED_OBJ  := $(RUNTIME_OBJ:$(BUILD)/obj/%=$(BUILD)/pic/%)
SHARED_MAP  := $(BUILD)/shared/libchain.map

$(BUILD)/pic/runtime/%.o: runtime/%.c $(BUILD)/flags | $(MODULE_HEADERS)
	@mkdir -p $(@D)
	$(COMPILE) $(OUR_CFLAGS) $(SAN_CFLAGS) $(CFLAGS) -fPIC -pthread $(INCLUDES) $< -o $@

# What is global and named in an installed header (comments aside) is visible. The version node is the ABI's: a program that was
# made for another does not start.
$(SHARED_MAP): $(LIBCHAIN) $(PUBLIC_HEADERS) $(MODULE_HEADERS) tools/symbols.awk
	@mkdir -p $(@D)
	$(NM) -P -g $(LIBCHAIN) | awk -v abi=$(ABI) -f tools/symbols.awk $(PUBLIC_HEADERS) $(MODULE_HEADERS) - >$@

$(SHARED): $(SHARED_OBJ) $(SHARED_MAP)
	$(CC) -shared -Wl,-soname,$(SHARED_NAME) -Wl,--version-script=$(SHARED_MAP) $(if $(SANITIZE),,-Wl,-z,defs) \
	    $(SAN_CFLAGS) $(CFLAGS) $(LDFLAGS) $(SHARED_OBJ) -pthread -o $@

# ---- manual pages and completions ------------------------------------------------------------------------------------

MANUALS     := $(addprefix $(BUILD)/share/man/,man1/chainc.1 man3/chain.3 man5/chain.5)
COMPLETIONS := $(addprefix $(BUILD)/gen/completions/,chainc _chainc chainc.fish)
# Said in the comment at the top, not of one member.
PEOPLE      := $(filter-out runtime/include/chain/private/%,$(sort $(HEADERS)))

$(BUILD)/gen/options.%: $(CHAINC_DEP) tools/options.awk
	@mkdir -p $(@D)
	$(CHAINC_RUN) --help >$@.help
	awk -v kind=$* -f tools/options.awk $@.help >$@

$(BUILD)/share/man/man1/chainc.1: docs/man/chainc.1.in $(BUILD)/gen/options.man tools/man.awk
	@mkdir -p $(@D)
	awk -v version=$(VERSION) -v kind=program -v options=$(BUILD)/gen/options.man -f tools/man.awk $< >$@

$(BUILD)/share/man/man5/chain.5: docs/reference.md tools/man.awk
	@mkdir -p $(@D)
	awk -v version=$(VERSION) -v kind=language -f tools/man.awk $< >$@

$(BUILD)/share/man/man3/chain.3: $(PEOPLE) tools/man.awk
	@mkdir -p $(@D)
	awk -v version=$(VERSION) -v kind=library -f tools/man.awk $(PEOPLE) >$@

$(BUILD)/gen/completions/chainc: $(BUILD)/gen/options.bash
$(BUILD)/gen/completions/_chainc: $(BUILD)/gen/options.zsh
$(BUILD)/gen/completions/chainc.fish: $(BUILD)/gen/options.fish
$(COMPLETIONS):
	@mkdir -p $(@D)
	cp $< $@

# ---- installing ------------------------------------------------------------------------------------------------------

# MODE:FILE:WHERE. A file that ends in .in has the folders put in.
INSTALLED_TOOL = \
    755:$(CHAINC):$(bindir)/chainc \
    $(foreach f,$(PUBLIC_MODULES),644:$f:$(datadir)/chain/$(notdir $f)) \
    $(foreach f,$(AMALGAMATION),644:$f:$(datadir)/chain/runtime/$(notdir $f)) \
    $(foreach f,$(wildcard runtime/ports/*/*.[ch]),644:$f:$(datadir)/chain/$(f:runtime/%=%)) \
    644:pkg/chainc.pc.in:$(toolpkgconfigdir)/chainc.pc \
    644:pkg/chain.m4:$(aclocaldir)/chain.m4 \
    644:$(BUILD)/share/man/man1/chainc.1:$(mandir)/man1/chainc.1 \
    644:$(BUILD)/share/man/man5/chain.5:$(mandir)/man5/chain.5 \
    644:$(BUILD)/gen/completions/chainc:$(bashcompletiondir)/chainc \
    644:$(BUILD)/gen/completions/_chainc:$(zshcompletiondir)/_chainc \
    644:$(BUILD)/gen/completions/chainc.fish:$(fishcompletiondir)/chainc.fish \
    $(foreach f,LICENSE NEWS.md $(wildcard docs/*.md),644:$f:$(docdir)/$(notdir $f)) \
    $(foreach f,$(wildcard docs/pictures/*.svg),644:$f:$(docdir)/pictures/$(notdir $f))
# gdb looks there for the script of a library, by the whole name of its file.
GDB_SCRIPT = $(gdbdir)$(libdir)/$(notdir $(SHARED))-gdb.py
INSTALLED_LIBRARY = \
    644:$(LIBCHAIN):$(libdir)/libchain.a \
    644:$(LIBCHAIN_TRACE):$(libdir)/libchain-trace.a \
    644:$(SHARED):$(libdir)/$(notdir $(SHARED)) \
    644:runtime/debug/chain-gdb.py:$(GDB_SCRIPT) \
    $(foreach f,$(PUBLIC_HEADERS),644:$f:$(includedir)/$(f:$(BUILD)/include/%=%)) \
    $(foreach f,$(MODULE_HEADERS),644:$f:$(includedir)/chain/$(notdir $f)) \
    644:pkg/chain.pc.in:$(pkgconfigdir)/chain.pc \
    644:pkg/chain-config.cmake.in:$(cmakedir)/chain-config.cmake \
    644:pkg/chain-config-version.cmake.in:$(cmakedir)/chain-config-version.cmake \
    644:$(BUILD)/share/man/man3/chain.3:$(mandir)/man3/chain.3
INSTALLED_LINKS = $(notdir $(SHARED)):$(libdir)/$(SHARED_NAME) $(SHARED_NAME):$(libdir)/libchain.so

SUBSTITUTE = sed $(foreach v,prefix exec_prefix bindir libdir includedir datadir,-e 's|@$v@|$($v)|g') \
    -e 's|@version@|$(VERSION)|g' -e 's|@soversion@|$(SOVERSION)|g' -e 's|@abi@|$(ABI)|g' \
    -e 's|@way_to_includedir@|$(call way,$(cmakedir),$(includedir))|g' -e 's|@way_to_libdir@|$(call way,$(cmakedir),$(libdir))|g' \
    -e 's|@way_to_bindir@|$(call way,$(cmakedir),$(bindir))|g'

define PUT
@set -e; for file in $1; do \
    mode=$${file%%:*} from=$${file#*:}; to=$(DESTDIR)$${from#*:} from=$${from%%:*}; \
    mkdir -p "$${to%/*}"; \
    case $$from in \
    *.in) $(SUBSTITUTE) "$$from" >"$$to" && chmod $$mode "$$to" ;; \
    *) $(INSTALL) -m $$mode "$$from" "$$to" ;; \
    esac; \
done
endef

extras: $(AMALGAMATION) $(MANUALS) $(COMPLETIONS)
shared: $(SHARED) ## the shared library, in build/shared

install: install-chainc install-library ## into $(DESTDIR)$(PREFIX); also prefix=, bindir=, libdir=, datadir= and so on
install-chainc: chainc extras $(PUBLIC_MODULES)
	$(call PUT,$(INSTALLED_TOOL))
install-library: libchain shared $(BUILD)/share/man/man3/chain.3
	$(call PUT,$(INSTALLED_LIBRARY))
	@set -e; for link in $(INSTALLED_LINKS); do ln -sf "$${link%%:*}" "$(DESTDIR)$${link#*:}"; done

uninstall: ## what install with the same variables has put there
	@for file in $(INSTALLED_TOOL) $(INSTALLED_LIBRARY) $(INSTALLED_LINKS:%=:%); do file=$${file#*:}; rm -f "$(DESTDIR)$${file#*:}"; done
	@for folder in $(datadir)/chain/runtime $(datadir)/chain $(includedir)/chain/private $(includedir)/chain $(cmakedir) $(docdir)/pictures $(docdir); do \
	    rmdir "$(DESTDIR)$$folder" 2>/dev/null || true; \
	done

installcheck: ## the installed chainc and libchain compile, link and run a program, by pkg-config and by hand
	@sh tools/installcheck.sh '$(DESTDIR)' '$(bindir)' '$(libdir)' '$(includedir)' '$(pkgconfigdir)' '$(toolpkgconfigdir)' '$(CC)'

.PHONY: extras shared install install-chainc install-library uninstall installcheck
