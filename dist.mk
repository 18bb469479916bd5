# make dist: a tarball that needs a C compiler, make and the usual POSIX tools. The lexer and the parser are made already
# (grammar/generated), and uthash.h comes along (third_party, with its licence in it: BSD, one clause). Same commit, same bytes.

DIST       := chainc-$(VERSION)
DIST_BUILD := $(BUILD)/dist
DIST_DATE   = $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct))
TAR_FLAGS   = --sort=name --format=ustar --mtime=@$(DIST_DATE) --owner=0 --group=0 --numeric-owner --mode=a+rX,u+w,go-w

# Made with BUILD=build, as their #line directives name it.
dist: ## the tarball, in build/dist
	@git rev-parse --is-inside-work-tree >/dev/null || { echo "make dist wants the files that git knows"; exit 1; }
	@rm -rf $(DIST_BUILD)
	@mkdir -p $(DIST_BUILD)/$(DIST)/third_party
	@git ls-files -z | tar --null -T - -cf - | tar -xf - -C $(DIST_BUILD)/$(DIST)
	@$(MAKE) --no-print-directory -s -C $(DIST_BUILD)/$(DIST) BUILD=build sources
	@cd $(DIST_BUILD)/$(DIST) && mkdir grammar/generated && mv build/gen/*.[ch] grammar/generated && rm -r build
	@cp "$$(printf '#include <uthash.h>\n' | $(CC) $(CPPFLAGS) -M -xc - | tr ' ' '\n' | grep '/uthash\.h$$')" $(DIST_BUILD)/$(DIST)/third_party
	@cd $(DIST_BUILD) && tar $(TAR_FLAGS) -cf - $(DIST) | gzip -9n >$(DIST).tar.gz
	@rm -r $(DIST_BUILD)/$(DIST)
	@echo $(DIST_BUILD)/$(DIST).tar.gz

sources: $(LEXER) $(PARSER)

.PHONY: dist sources
