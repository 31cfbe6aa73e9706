#!/bin/sh
# Tiles that were cut off, or damaged, on their way.
. tests/cli/lib/cli.sh

"$program" synth -q --rows 20 --cols 16 --bands 60 whole.h5 || exit 1
size=$(wc -c <whole.h5)

# Lost: the signature, the superblock, the metadata, chunks, the last byte.
for length in 4 8 20 96 800 2048 $((size / 2)) $((size - 5000)) $((size - 1)); do
	head -c "$length" whole.h5 >cut.h5
	expect_error '1 3' 65 "'cut.h5'" run -o out cut.h5
done
for length in 20 800 $((size - 1)); do
	head -c "$length" whole.h5 >cut.h5
	expect_error '1 3' 65 "'cut.h5'" info cut.h5
done
rm cut.h5

# A chunk whose bytes are not what was deflated is found by its owner; all
# ranks end alike.
"$python" -c 'import h5py, numpy' 2>/dev/null || finish
"$python" - <<'END' || exit 1
import h5py
import shutil
shutil.copy("whole.h5", "damaged.h5")
with h5py.File("whole.h5") as f:
    cube = f["SERC/Reflectance/Reflectance_Data"].id
    last = cube.get_chunk_info(cube.get_num_chunks() - 1)
with open("damaged.h5", "r+b") as f:
    f.seek(last.byte_offset + last.size // 2)
    f.write(b"\xa5" * 64)
END
expect_error '1 3' 65 "chunk \\(10,8,0\\): damaged" run -o out damaged.h5
expect_error '1 3' 65 "chunk \\(10,8,0\\): damaged" pca -o out damaged.h5
finish
