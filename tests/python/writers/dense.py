"""Arrays and nothing else: .npy, .npz, safetensors, raw numbers."""

import numpy as np
from ml_dtypes import bfloat16
from safetensors.numpy import save_file

from .folder import DIM, ROWS, matrix, whole_numbers

FLOATS = {"f2": np.float16, "f4": np.float32, "f8": np.float64}
WHOLE = {"i1": np.int8, "u1": np.uint8, "i2": np.int16, "i4": np.int32, "i8": np.int64}


def write_npy(folder):
    arrays = {name: matrix(dtype) for name, dtype in FLOATS.items()}
    arrays |= {name: whole_numbers(dtype) for name, dtype in WHOLE.items()}
    for name, z in arrays.items():
        np.save(folder.add(f"c-{name}.npy", z), z)
    for name, z in arrays.items():
        np.save(folder.add(f"fortran-{name}.npy", z), np.asfortranarray(z))
    np.save(folder.add("big-endian.npy", arrays["f4"]), arrays["f4"].astype(">f4"))
    np.save(folder.add("fortran-big-endian.npy", arrays["f8"]), np.asfortranarray(arrays["f8"], ">f8"))
    np.save(folder.add("piped.npy", arrays["f4"], piped=True), arrays["f4"])
    np.save(folder.add("a-slice.npy", arrays["f4"][5:2000, ::3]), arrays["f4"][5:2000, ::3])
    for version in (1, 0), (2, 0), (3, 0):
        with open(folder.add(f"version-{version[0]}.npy", arrays["f2"]), "wb") as file:
            np.lib.format.write_array(file, arrays["f2"], version)
    mapped = np.lib.format.open_memmap(
        folder.add("memory-mapped.npy", arrays["f4"]), mode="w+", dtype=np.float32, shape=(ROWS, DIM)
    )
    mapped[:] = arrays["f4"]
    mapped.flush()

    tokens = arrays["f4"].reshape(ROWS, 4, 12)
    np.save(folder.add("tokens-flat.npy", arrays["f4"], axes="flat"), tokens)
    np.save(folder.add("tokens-rows.npy", tokens.reshape(-1, 12), axes="rows"), tokens)
    np.save(folder.add_refused("tokens.npy", "--axes"), tokens)
    columns = np.asfortranarray(tokens)
    for axes in "flat", "rows":
        np.save(folder.add_refused(f"fortran-tokens-{axes}.npy", "C order", axes=axes), columns)

    np.save(folder.add_refused("one-axis.npy", "(144000,)"), arrays["f4"].reshape(-1))
    np.save(folder.add_refused("complex.npy", "c16"), arrays["f8"].astype(complex))
    np.save(folder.add_refused("objects.npy", "O"), np.array([[1.5, None]]))
    # NumPy has no bfloat16: what it saves are two bytes of it knows not what.
    np.save(folder.add_refused("bfloat16.npy", "V2"), arrays["f4"].astype(bfloat16))
    np.save(folder.add_refused("no-rows.npy", "no rows"), arrays["f4"][:0])


def write_npz(folder):
    z = {name: matrix(dtype) for name, dtype in FLOATS.items()}
    labels = np.arange(ROWS)
    for save in np.savez, np.savez_compressed:
        save(folder.add(f"{save.__name__}.npz", z["f4"]), z["f4"])
        save(folder.add(f"{save.__name__}-named.npz", z["f8"]), embeddings=z["f8"], labels=labels)
        for name, array in z.items():
            path = folder.add(f"{save.__name__}-{name}-of-several.npz", array, column=name)
            save(path, **z, labels=labels)
        save(folder.add_refused(f"{save.__name__}-several.npz", "--column"), **z)

    columns = np.asfortranarray(z["f2"])
    np.savez(folder.add("savez-fortran.npz", z["f2"]), columns)
    np.savez_compressed(folder.add_refused("savez_compressed-fortran.npz", "C order"), columns)


def write_safetensors(folder):
    z = {
        "F16": matrix(np.float16),
        "BF16": matrix(bfloat16),
        "F32": matrix(np.float32),
        "F64": matrix(np.float64),
    }
    for name, tensor in z.items():
        save_file({"embeddings": tensor}, folder.add(f"{name}.safetensors", tensor))
        path = folder.add(f"{name}-of-several.safetensors", tensor, column=name)
        save_file(z | {"labels": np.arange(ROWS)}, path, {"model": "small"})
    labelled = {"embeddings": z["F32"], "labels": np.arange(ROWS)}
    save_file(labelled, folder.add("labelled.safetensors", z["F32"]))
    save_file(labelled, folder.add("piped.safetensors", z["F32"], piped=True, column="embeddings"))
    save_file(z, folder.add_refused("several.safetensors", "--column"))
    tokens = {"tokens": z["F32"].reshape(ROWS, 4, 12)}
    save_file(tokens, folder.add("tokens-flat.safetensors", z["F32"], axes="flat"))
    save_file(tokens, folder.add("tokens-rows.safetensors", z["F32"].reshape(-1, 12), axes="rows"))
    save_file(tokens, folder.add_refused("tokens.safetensors", "--axes"))


def write_raw(folder):
    types = {"f16": np.float16, "bf16": bfloat16, "f32": np.float32, "f64": np.float64}
    for name, dtype in types.items():
        z = matrix(dtype)
        z.tofile(folder.add(f"numbers.{name}", z, format=name, dim=DIM))
        z.tofile(folder.add(f"piped.{name}", z, format=name, dim=DIM, piped=True))
    matrix().tofile(folder.add_refused("no-multiple.bin", "47", format="f32", dim=47))
    matrix().tofile(folder.add_refused("unsaid.bin", "--format"))
