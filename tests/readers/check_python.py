"""Checks that Python's readers find in a result file what is expected.

    python3 check_python.py FILE.h5 EXPECTED.json

EXPECTED.json: {"tables": {name: {"rows": n, "columns": {column: {"unit", "long_name", "labels",
"first": [numbers, null for missing], "missing": count, "sum": sum of the others}}}}}.
Columns must come in this order. Categories are given as codes from 1.
Reads with h5py, pandas, xarray (h5netcdf) and, where installed, netCDF4.
"""

import json
import math
import sys

import h5py
import numpy as np
import pandas as pd
import xarray as xr

PROBLEMS = []


def check(condition, where, message):
    if not condition:
        PROBLEMS.append(f"{where}: {message}")


def check_numbers(where, values, expected):
    values = np.asarray(values).astype(float)
    first = [math.nan if x is None else x for x in expected["first"]]
    seen = values[: len(first)]
    check(np.array_equal(seen, first, equal_nan=True), where, f"starts with {seen}, not {first}")
    missing = int(np.isnan(values).sum())
    check(missing == expected["missing"], where, f"{missing} missing, not {expected['missing']}")
    total = math.fsum(values[~np.isnan(values)])
    scale = max(1.0, math.fsum(np.abs(values[~np.isnan(values)])))
    check(abs(total - expected["sum"]) <= 1e-9 * scale, where, f"sum {total}, not {expected['sum']}")


def check_names(where, seen, expected):
    seen, expected = list(seen), list(expected)
    check(seen == expected, where, f"columns {seen}, not {expected}")


def check_meaning(where, attributes, expected):
    for attribute, key in (("units", "unit"), ("long_name", "long_name")):
        seen = attributes.get(attribute)
        check(seen == expected[key], where, f"{attribute} is {seen!r}, not {expected[key]!r}")
    if expected["labels"]:
        words = " ".join(label.replace(" ", "_") for label in expected["labels"])
        seen = attributes.get("flag_meanings")
        check(seen == words, where, f"flag_meanings {seen!r}, not {words!r}")
        codes = np.atleast_1d(attributes.get("flag_values", [])).tolist()
        check(codes == list(range(1, len(expected["labels"]) + 1)), where, f"flag_values {codes}")


def check_h5py(path, tables):
    with h5py.File(path) as file:
        for name, table in tables.items():
            group = file[name]
            check_names(f"h5py {name}", group.keys(), table["columns"])
            for column, expected in table["columns"].items():
                where = f"h5py {name}/{column}"
                dataset = group[column]
                check(dataset.shape == (table["rows"],), where, f"shape {dataset.shape}")
                check_numbers(where, dataset[:], expected)
                check_meaning(where, dataset.attrs, expected)
                scale = dataset.dims[0]
                check(len(scale) == 1 and scale[0].name == f"/{name}_row", where, "dimension")
                enum = h5py.check_enum_dtype(dataset.dtype) or {}
                labels = sorted(enum, key=enum.get)
                check(labels == expected["labels"], where, f"labels {labels}")


def check_pandas(path, tables):
    with h5py.File(path) as file:
        for name, table in tables.items():
            frame = pd.DataFrame({k: v[:] for k, v in file[name].items()})
            check_names(f"pandas {name}", frame.columns, table["columns"])
            check(len(frame) == table["rows"], f"pandas {name}", f"{len(frame)} rows")
            for column, expected in table["columns"].items():
                check_numbers(f"pandas {name}/{column}", frame[column], expected)


def check_xarray(path, tables, engine):
    for name, table in tables.items():
        with xr.open_dataset(path, group=name, engine=engine) as dataset:
            where = f"xarray ({engine}) {name}"
            check_names(where, dataset.data_vars, table["columns"])
            sizes = dict(dataset.sizes)
            check(sizes == {f"{name}_row": table["rows"]}, where, f"sizes {sizes}")
            for column, expected in table["columns"].items():
                where = f"xarray ({engine}) {name}/{column}"
                check_numbers(where, dataset[column].values, expected)
                check_meaning(where, dataset[column].attrs, expected)


def check_netcdf4(path, tables):
    import netCDF4

    with netCDF4.Dataset(path) as file:
        for name, table in tables.items():
            variables = file[name].variables
            check_names(f"netCDF4 {name}", variables, table["columns"])
            for column, expected in table["columns"].items():
                where = f"netCDF4 {name}/{column}"
                variable = variables[column]
                variable.set_auto_mask(False)
                check(variable.dimensions == (f"{name}_row",), where, f"{variable.dimensions}")
                check_numbers(where, variable[:], expected)
                check_meaning(where, variable.__dict__, expected)


def main():
    path, expected = sys.argv[1:]
    with open(expected, encoding="utf-8") as file:
        tables = json.load(file)["tables"]
    readers = ["h5py", "pandas", "xarray (h5netcdf)"]
    check_h5py(path, tables)
    check_pandas(path, tables)
    check_xarray(path, tables, "h5netcdf")
    try:
        import netCDF4  # noqa: F401
    except ImportError:
        pass
    else:
        check_netcdf4(path, tables)
        check_xarray(path, tables, "netcdf4")
        readers.append("netCDF4, xarray (netcdf4)")
    for problem in PROBLEMS:
        print(problem, file=sys.stderr)
    print(f"{len(tables)} tables checked with {', '.join(readers)}: {len(PROBLEMS)} problems")
    sys.exit(1 if PROBLEMS else 0)


main()
