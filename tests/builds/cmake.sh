#!/bin/sh
# A project with CMake, as Makefiles and for Ninja.
. "$TOP/tests/builds/lib"
need cmake
project cmake

for generator in "Unix Makefiles" Ninja; do
    rm -rf cmake && project cmake
    untouched=twice
    if [ "$generator" = Ninja ]; then
        command -v ninja >/dev/null || { echo "ninja is missing"; continue; }
        untouched='twice|greet.*\.o|knock' # what is the same afterwards is not looked at any further
    fi
    expect 0 cmake -G "$generator" -S cmake -B cmake/build
    scenario cmake cmake/build/greet "$untouched" cmake --build cmake/build
    expect 0 cmake -E chdir cmake/build ctest
    greet=cmake/build/greet
    readelf -d $greet | grep -q 'libchain\.so\.0' || fail "$generator: chain::chain is not the shared library"
    readelf -d cmake/build/twice | grep -q 'libchain\.so' && fail "$generator: chain::static is not the static library"
done

# Sources in a list, another folder for the outputs, folders for imports, options; blanks in paths (cmake itself loses a $ there); errors that are understood.
mkdir -p "odd x/sub dir" "odd x/inc"
cp cmake/twice.chain "odd x/sub dir/twice.chain"
echo 'sync int abs(int n);' >"odd x/inc/maths.chain"
printf '#include <stdlib.h>\nimport "maths.chain";\n' | cat - "odd x/sub dir/twice.chain" >t && mv t "odd x/sub dir/twice.chain"
cat >"odd x/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.20)
project(odd C)
find_package(Chain REQUIRED)
chain_generate(OUT_VAR made SOURCES "sub dir/twice.chain" INCLUDE_DIRS inc OUTPUT_DIR "made here" OPTIONS --no-lines)
add_executable(twice ${made})
target_include_directories(twice PRIVATE inc "${CMAKE_CURRENT_BINARY_DIR}/made here")
target_link_libraries(twice PRIVATE chain::static)
END
touch "odd x/inc/maths.h"
printf '#include <stdlib.h>\n' >"odd x/inc/maths.h"
for generator in "Unix Makefiles" Ninja; do
    rm -rf odd
    [ "$generator" = "Unix Makefiles" ] || command -v ninja >/dev/null || continue
    expect 0 cmake -G "$generator" -S "odd x" -B odd
    expect 0 cmake --build odd
    [ -s "odd/made here/twice.c" ] || fail "OUTPUT_DIR"
    ! grep -q '#line' "odd/made here/twice.c" || fail "OPTIONS"
    touch stamp
    expect 0 cmake --build odd
    [ -z "$(made_since_stamp odd)" ] || fail "$generator, odd paths: a second build has made: $(made_since_stamp odd)"
    touch "odd x/inc/maths.chain"
    expect 0 cmake --build odd
    case "$(made_since_stamp odd)" in *twice*) ;; *) fail "$generator: an imported file in INCLUDE_DIRS is not followed" ;; esac
done

# A project that keeps the runtime: only the compiler is wanted, and there is no library.
mkdir -p kept only/bin only/lib/cmake only/share
cp cmake/twice.chain kept
chainc --emit-runtime=kept/vendor || fail "--emit-runtime"
cp "$INSTALLED/bin/chainc" only/bin
cp -R "$INSTALLED/share/chain" only/share
cp -R "$INSTALLED/lib/cmake/chain" only/lib/cmake
cat >kept/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.20)
project(kept C)
find_package(Chain REQUIRED COMPONENTS compiler)
add_executable(twice twice.chain vendor/chain.c)
target_include_directories(twice PRIVATE vendor)
chain_generate(TARGET twice VENDORED)
END
(unset CMAKE_PREFIX_PATH && expect 0 cmake -DChain_DIR="$TMPDIR/only/lib/cmake/chain" -S kept -B kept/build && expect 0 cmake --build kept/build) || exit 1
expect 0 kept/build/twice
(cd only && rm -rf ../kept/build && sed 's/ COMPONENTS compiler//' ../kept/CMakeLists.txt >t && mv t ../kept/CMakeLists.txt)
(unset CMAKE_PREFIX_PATH && expect 1 cmake -DChain_DIR="$TMPDIR/only/lib/cmake/chain" -S kept -B kept/build) || exit 1
shows err "no libchain in $TMPDIR/only/lib"

# A call that names what is not there.
printf 'cmake_minimum_required(VERSION 3.20)\nproject(x C)\nfind_package(Chain REQUIRED)\nchain_generate(TARGET x NONSENSE y)\n' >CMakeLists.txt
expect 1 cmake -S . -B wrong
shows err 'chain_generate: unknown arguments: NONSENSE;y'
rm -rf wrong
sed 's/Chain REQUIRED/Chain 7.0 REQUIRED/' CMakeLists.txt >t && mv t CMakeLists.txt
expect 1 cmake -S . -B wrong
shows err 'requested version "7.0"'
sed 's/Chain 7.0 REQUIRED/Chain REQUIRED COMPONENTS kitchen/' CMakeLists.txt >t && mv t CMakeLists.txt
rm -rf wrong
expect 1 cmake -S . -B wrong
shows err 'there is no component kitchen'
exit 0
