"""Every kind of fault, planted alone: the report names the file, the line, what was expected, what came, the mend."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saishang.rules import RuleError, check_rules

from .conftest import Site


class Fault(NamedTuple):
    file: str
    old: str
    new: str
    code: str
    line: int
    cell: str
    expected: str
    got: str
    fix: str


P, R, L, B = "parameters.csv", "places.csv", "limits.csv", "books/book.yaml"

FAULTS = {
    "unknown column": Fault(
        P, "code,zh,min", "code,zh,mim", "unknown-key", 1, "mim", "columns", "'mim'", "perhaps min"
    ),
    "column missing": Fault(R, "code,parent,source", "code,parent,note", "missing-value", 1, "source", "the column",
                            "none", "add the column"),
    "source missing": Fault(L, "60,standard,", "60,,", "missing-value", 2, "source", "a value for source", "nothing",
                            "source, clause and status"),
    "clause missing": Fault(P, "list,2,recalled", "list,,recalled", "missing-value", 3, "clause", "clause", "nothing",
                            "fill the cell"),
    "status not one of three": Fault(L, "20,standard,table 1,confirmed", "20,standard,table 1,sure", "bad-value", 3,
                                     "status", "confirmed, recalled, unconfirmed", "'sure'", "write one of them"),
    "number with a comma": Fault(L, "60,standard", '"1,60",standard', "wrong-type", 2, "value", "a number", "'1,60'",
                                 "without separators"),
    "number below its bound": Fault(L, "60,standard", "-1,standard", "bad-value", 2, "value", "from 0", "'-1'",
                                    "correct the number"),
    "integer with a point": Fault(P, "0.10,1,false", "0.10,1.5,false", "wrong-type", 3, "decimals", "whole number",
                                  "'1.5'", "digits only"),
    "boolean in words": Fault(P, "1,false", "1,no", "wrong-type", 3, "used", "true or false", "'no'", "small letters"),
    "day that does not exist": Fault(L, "SO2,,2026-02-28", "SO2,,2026-02-29", "wrong-type", 2, "to", "date YYYY-MM-DD",
                                     "'2026-02-29'", "2026-03-01"),
    "day without dashes": Fault(L, "NO,2022-01-01", "NO,20220101", "wrong-type", 5, "from", "date", "'20220101'",
                                "2026-03-01"),
    "pattern": Fault(R, "640100,", "64010,", "bad-value", 3, "code", "[0-9]{6}", "'64010'", "correct the text"),
    "dates overlap by one day": Fault(L, "SO2,2026-03-01", "SO2,2026-02-28", "overlapping-dates", 3, "from",
                                      "one rule in force a day for SO2", "limits.csv:2", "day before"),
    "dates overlap with an open end": Fault(L, "NO,2020-01-01,2020-12-31", "NO,2020-01-01,", "overlapping-dates", 5,
                                            "from", "for NO", "further notice", "day before"),
    "end before begin": Fault(L, "NO,2020-01-01,2020-12-31", "NO,2020-01-01,2019-12-31", "overlapping-dates", 4, "to",
                              "not before 2020-01-01", "2019-12-31", "swap"),
    "unknown parameter": Fault(L, "NO,2022-01-01", "N0,2022-01-01", "unknown-reference", 5, "parameter",
                               "a code of parameters", "'N0'", "perhaps NO"),
    "unknown parent": Fault(R, "640100,640000", "640100,650000", "unknown-reference", 3, "parent", "a code of places",
                            "'650000'", "perhaps 640000"),
    "key twice": Fault(R, "640100,640000", "640000,640000", "duplicate-key", 3, "code", "each key once",
                       "first on line 2", "remove one row"),
    "a cell too many": Fault(R, "640000,,list,1", "640000,,list,1,5", "wrong-type", 2, "", "5 cells", "6", "comma"),
    "a cell too few": Fault(R, "640000,,list,1,confirmed", "640000,,list,1", "wrong-type", 2, "", "5 cells", "4",
                            "empty ones"),
    "open quote": Fault(R, "640000,,list", '640000,,"list"x', "unreadable-file", 2, "", "CSV", "expected after",
                        "quotes"),
    "YAML syntax": Fault(B, "weights: {NO: 1, SO2: 2.50}", "weights: {NO: 1, SO2: 2.50", "unreadable-file", 8, "",
                         "YAML", "", "indentation or the quotes"),
    "YAML unknown key": Fault(B, "main: SO2", "mian: SO2", "unknown-key", 6, "editions.0.mian",
                              "keys id, from, to, main", "'mian'", "perhaps main"),
    "YAML source missing": Fault(B, 'source: standard\n    clause: "5"', 'clause: "5"', "missing-value", 11,
                                 "editions.1", "'source'", "nothing", "source, clause and status"),
    "YAML bad status": Fault(B, "status: unconfirmed", "status: perhaps", "bad-value", 16, "editions.1.status",
                             "confirmed, recalled, unconfirmed", "'perhaps'", "correct"),
    "YAML unknown parameter": Fault(B, "main: SO2", "main: SO3", "unknown-reference", 6, "editions.0.main",
                                    "a code of parameters", "'SO3'", "spelling"),
    "YAML unknown parameter as a key": Fault(B, "{NO: 1, SO2: 2.50}", "{NO: 1, SO3: 2.50}", "unknown-reference", 7,
                                             "editions.0.weights.SO3", "a code of parameters", "'SO3'", "spelling"),
    "YAML number as text": Fault(B, "SO2: 2.50", "SO2: '2.50'", "wrong-type", 7, "editions.0.weights.SO2", "number",
                                 "'2.50'", "form asked for"),
    "YAML below its bound": Fault(B, "SO2: 2.50", "SO2: -2.50", "bad-value", 7, "editions.0.weights.SO2", "at least 0",
                                  "'-2.50'", "correct"),
    "YAML text that looks like a number": Fault(B, 'clause: "4"', "clause: 4", "wrong-type", 9, "editions.0.clause",
                                                "string", "4", "form asked for"),
    "YAML text that looks like a day": Fault(B, "source: standard\n    clause: \"4\"",
                                             "source: 2018-01-01\n    clause: \"4\"", "wrong-type", 8,
                                             "editions.0.source", "quotes", "'2018-01-01'", "form asked for"),
    "YAML day that does not exist": Fault(B, "2018-08-31", "2018-08-32", "wrong-type", 5, "editions.0.to",
                                          "a date YYYY-MM-DD", "'2018-08-32'", "form asked for"),
    "YAML editions overlap": Fault(B, "to: 2018-08-31", "to: 2018-09-01", "overlapping-dates", 11, "from",
                                   "one rule in force a day", "book.yaml:3", "day before"),
    "YAML key twice": Fault(B, "    main: SO2\n", "    main: SO2\n    main: NO\n", "duplicate-key", 7, "main",
                            "each key once", "first on line 6", "remove one"),
    "manifest names no schema": Fault("manifest.yaml", "schema: places", "schema: place", "unknown-reference", 0,
                                      "places.csv", "name of a schema", "'place'", "schemas/"),
    "manifest names no column": Fault("manifest.yaml", "key: [parameter]", "key: [item]", "unknown-reference", 0,
                                      "limits.csv", "one of the columns parameter, from, to", "'item'", "schema"),
    "GeoJSON broken": Fault("shapes/place.geojson", "[106.2, 38.5]", "[106.2, 38.5", "unreadable-file", 2, "",
                            "GeoJSON", "", "export it again"),
    "GeoJSON unknown code": Fault("shapes/place.geojson", "640100", "640101", "unknown-reference", 0,
                                  "features[0].properties.code", "a code of places", "'640101'", "add the region"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_planted_fault_is_reported_with_file_line_and_fix(site: Site, fault: Fault) -> None:
    site.replace(fault.file, fault.old, fault.new)
    found = [problem for problem in site.check() if problem.code == fault.code]
    assert found, f"nothing of the kind {fault.code} in {[str(problem) for problem in site.check()]}"
    problem = found[0]
    assert problem.file.endswith(fault.file if fault.line or fault.file != "manifest.yaml" else "manifest.yaml")
    assert (problem.line, problem.cell) == (fault.line, fault.cell)
    assert fault.expected in problem.expected
    assert fault.got in problem.got
    assert fault.fix in problem.fix


def test_the_set_itself_is_without_fault(site: Site) -> None:
    # Among it: a gap (NO was under no limit in 2021) and spans that meet without a common day are both allowed.
    assert site.check() == []


def test_only_the_planted_fault_is_reported(site: Site) -> None:
    site.replace(B, "main: SO2", "mian: SO2")
    assert [problem.code for problem in site.check()] == ["unknown-key"]


def test_all_faults_are_reported_together(site: Site) -> None:
    site.replace(L, "60,standard", "x,standard")
    site.replace(R, "640100,640000", "640100,650000")
    site.replace(B, "status: unconfirmed", "status: perhaps")
    with pytest.raises(RuleError) as caught:
        site.load()
    assert [problem.code for problem in caught.value.problems] == ["bad-value", "wrong-type", "unknown-reference"]
    text = str(caught.value)
    assert text.startswith("3 problems in the rules")
    for place in ("book.yaml:16 [editions.1.status]", "limits.csv:2 [value]", "places.csv:3 [parent]"):
        assert place in text
    assert text.count("How to mend") == 3


def test_a_bad_row_does_not_hide_the_faults_of_other_rows_and_cells(site: Site) -> None:
    site.replace(L, "SO2,,2026-02-28,60,standard", "SO2,,never,sixty,")
    site.replace(L, "NO,2022-01-01,,4,", "NO,2022-01-01,,four,")
    places = [(problem.line, problem.cell) for problem in site.check()]
    assert places == [(2, "source"), (2, "to"), (2, "value"), (5, "value")]


def test_lines_are_counted_through_cells_with_line_breaks(site: Site) -> None:
    site.replace(P, "一氧化氮,0,0,true,,list,1,confirmed,", '一氧化氮,0,0,true,,list,1,confirmed,"two\nlines"')
    site.replace(P, "2,recalled", "2,maybe")
    # Header on line 1, NO on lines 2 and 3, SO2 on line 4.
    assert [(problem.line, problem.cell) for problem in site.check()] == [(4, "status")]


def test_file_that_nobody_declared(site: Site) -> None:
    site.write("limit.csv", "a\n1\n")
    (problem,) = site.check()
    assert problem.code == "undeclared-file"
    assert problem.file.endswith("limit.csv")
    assert "limits.csv" in problem.fix


def test_hidden_files_and_other_endings_are_nobodys_business(site: Site) -> None:
    site.write(".trash/limits.csv", "a\n1\n")
    site.write("README.md", "words")
    assert site.check() == []


def test_bytes_that_are_not_utf8(site: Site) -> None:
    (site.root / R).write_bytes("code,parent,source,clause,status\n640000,,名单,1,confirmed\n".encode("gbk"))
    first = next(problem for problem in site.check() if problem.file.endswith(R))
    assert (first.code, first.line, first.expected) == ("unreadable-file", 2, "UTF-8")


def test_byte_order_mark_is_no_fault(site: Site) -> None:
    (site.root / R).write_bytes(b"\xef\xbb\xbf" + (site.root / R).read_bytes())
    assert site.check() == []


def test_same_id_in_two_documents(site: Site) -> None:
    site.write("books/second.yaml", (site.root / B).read_text(encoding="utf-8"))
    (problem,) = site.check()
    assert (problem.code, problem.line, problem.cell) == ("duplicate-key", 1, "id")
    assert problem.file.endswith("second.yaml")


def test_folder_without_a_manifest(site: Site) -> None:
    (problem,) = check_rules(root=site.overlay)[1]
    assert problem.code == "unreadable-file"
    assert "overlay" in problem.fix


def test_manifest_is_checked_too(site: Site) -> None:
    site.replace("manifest.yaml", "key: [code], provides: places", "keys: [code], provides: places")
    codes = {(problem.code, problem.line) for problem in site.check()}
    assert codes == {("unknown-key", 3), ("missing-value", 3)}


def test_schema_keyword_that_the_compiler_would_skip_is_refused(site: Site) -> None:
    site.replace("schemas/places.schema.json", '"pattern": "^[0-9]{6}$"', '"maxLength": 6')
    (problem,) = site.check()
    assert problem.file.endswith("schemas/places.schema.json")
    assert (problem.code, problem.cell, problem.got) == ("unknown-key", "code", "maxLength")


def test_schema_that_is_no_json(site: Site) -> None:
    site.write("schemas/places.schema.json", '{"type": \n')
    (problem,) = site.check()
    assert (problem.code, problem.line) == ("unreadable-file", 2)
    assert problem.file.endswith("schemas/places.schema.json")
    with pytest.raises(RuleError):
        site.load()


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",  # holds itself
        "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
        + "\n".join(f"{x}: &{x} [{','.join([f'*{y}'] * 10)}]" for x, y in zip("bcdefg", "abcdef", strict=True)),
        "[" * 100_000,
    ],
    ids=["itself", "a million by reference", "deep"],
)
def test_documents_that_unfold_without_end(site: Site, text: str) -> None:
    site.write("books/book.yaml", text)
    assert "unreadable-file" in {problem.code for problem in site.check()}


@pytest.mark.parametrize("text", ["[]", "1", "null", '{"features": 1}', '{"type": "Feature", "features": []}'])
def test_geojson_of_another_shape(site: Site, text: str) -> None:
    site.write("shapes/place.geojson", text)
    assert [problem.code for problem in site.check()] == ["wrong-type"]


@pytest.mark.parametrize("feature", ["1", "[]", "{}", '{"properties": null}', '{"properties": [1]}'])
def test_features_of_another_shape(site: Site, feature: str) -> None:
    site.write("shapes/place.geojson", f'{{"type": "FeatureCollection", "features": [{feature}]}}')
    assert [problem.code for problem in site.check()] == ["unknown-reference"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from([P, R, L, B, "shapes/place.geojson", "manifest.yaml"]),
    cut=st.integers(0, 600),
    junk=st.one_of(
        st.binary(max_size=12), st.sampled_from([b",", b'"', b"\n", b": ", b"- ", b"{", b"[", b"*a", b"&a "])
    ),
    over=st.booleans(),
)
def test_no_bytes_make_the_check_itself_fail(site: Site, name: str, cut: int, junk: bytes, over: bool) -> None:
    """Whatever stands in a file, the answer is rules or a list of problems that each name the file."""
    original = (site.root / name).read_bytes()
    target = (site.overlay if over else site.root) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    cut = min(cut, len(original))
    target.write_bytes(original[:cut] + junk + original[cut + len(junk) :])
    try:
        for problem in site.check():
            assert problem.file.startswith((str(site.root), str(site.overlay)))
            assert problem.expected
            assert problem.got
            assert problem.fix
    finally:
        target.unlink() if over else target.write_bytes(original)
