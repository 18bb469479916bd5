# chain.m4 - chainc and libchain for Autoconf.                                        serial 1
#
# Copying and distribution of this file, with or without modification, are permitted in any medium without royalty provided
# this notice is preserved. It is offered as it is, without any warranty.

# CHAIN_PROG_CHAINC([MINIMUM-VERSION])
# The compiler, which runs on the machine that builds. Sets CHAINC, which the user may give, and CHAINCFLAGS, which is his.
AC_DEFUN([CHAIN_PROG_CHAINC],
[AC_ARG_VAR([CHAINC], [the chain compiler])
AC_ARG_VAR([CHAINCFLAGS], [options for the chain compiler])
AS_IF([test "x$CHAINC" = x], [AC_PATH_PROG([CHAINC], [chainc])])
AS_IF([test "x$CHAINC" = x], [AC_MSG_ERROR([chainc is not found; put it in the PATH or say CHAINC=...])])
AC_CACHE_CHECK([for the version of chainc], [chain_cv_version], [chain_cv_version=`"$CHAINC" --dumpversion`])
m4_ifnblank([$1],
[AS_VERSION_COMPARE([$chain_cv_version], [$1], [AC_MSG_ERROR([chainc $chain_cv_version is older than $1])])])
])

# CHAIN_LIB
# The library, for the machine that the program will run on. Sets CHAIN_CFLAGS and CHAIN_LIBS, which the user may give: by
# pkg-config if there is one, else libchain is looked for where the C compiler looks.
AC_DEFUN([CHAIN_LIB],
[AC_REQUIRE([AC_PROG_CC])
AC_ARG_VAR([CHAIN_CFLAGS], [C compiler flags for libchain])
AC_ARG_VAR([CHAIN_LIBS], [linker flags for libchain])
AC_ARG_VAR([PKG_CONFIG], [pkg-config])
AC_PATH_TOOL([PKG_CONFIG], [pkg-config])
AS_IF([test "x$CHAIN_LIBS" = x && test "x$PKG_CONFIG" != x && "$PKG_CONFIG" --exists chain],
  [CHAIN_CFLAGS=`"$PKG_CONFIG" --cflags chain`
   CHAIN_LIBS=`"$PKG_CONFIG" --libs chain`])
AS_IF([test "x$CHAIN_LIBS" = x], [CHAIN_LIBS="-lchain"])
AC_MSG_CHECKING([for libchain])
chain_save_CFLAGS=$CFLAGS chain_save_LIBS=$LIBS
CFLAGS="$CFLAGS $CHAIN_CFLAGS" LIBS="$CHAIN_LIBS $LIBS"
AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <chain.h>]], [[return chain_code_name(0) != 0;]])],
  [AC_MSG_RESULT([$CHAIN_LIBS])],
  [AC_MSG_RESULT([no])
   AC_MSG_ERROR([libchain is not found; set PKG_CONFIG_PATH, or CHAIN_CFLAGS and CHAIN_LIBS])])
CFLAGS=$chain_save_CFLAGS LIBS=$chain_save_LIBS
])
