"""The same evaluation of surface water in pandas, written as one would write it by hand: for comparison only.

From 4-hourly rows to daily and monthly means (pH by hydrogen ions), quarters, years, classes of sections with main
pollutants, rivers and the whole network by shares or by means. Reasons, laboratory samples, official classes, city
index and trophic state are left out: ours makes them as well.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from generate_water import Sections

from saishang.science.water.series import WaterRules

__all__ = ["pandas_tables"]

_KEYS = ["section", "parameter"]
_PERIOD = ["section", "period_kind", "period"]


def pandas_tables(files: list[Path], network: Sections, rules: WaterRules) -> dict[str, pd.DataFrame]:
    """Tables `section_items`, `section_class` and `water_evaluation` of months, quarters and years."""
    months = pd.concat([_month(path, rules) for path in files], ignore_index=True)
    items = pd.concat([_periods(months, kind, rules) for kind in ("month", "quarter", "year")], ignore_index=True)
    bodies = pd.DataFrame(
        {"section": network.codes, "body": np.where(network.lakes, "lake", "river"), "target": network.targets,
         "river": network.rivers}
    )  # fmt: skip
    items = items.merge(bodies, on="section")
    items = _classes(items, items["value"], rules)
    items["value"] = np.where(items["parameter"] == "PH", -np.log10(items["value"].clip(lower=1e-15)), items["value"])
    classes = _sections(items, bodies, rules)
    return {"section_items": items, "section_class": classes, "water_evaluation": _groups(items, classes, rules)}


def _month(path: Path, rules: WaterRules) -> pd.DataFrame:
    columns = ["source", "station", "parameter", "start", "end", "value", "qualifier"]
    rows = pd.read_parquet(path, columns=columns)
    rows = rows[rows["source"].isin(rules.automatic) & (rows["start"] == rows["end"])]
    rows = rows[(rows["qualifier"].isna() | (rows["qualifier"] == "<")) & (rows["value"] >= 0)]
    value = rows["value"].where(rows["qualifier"].isna(), rows["value"] * 0.5)
    value = value.where(rows["parameter"] != "PH", 10.0**-value)
    day = rows["start"].dt.normalize()
    frame = pd.DataFrame({"section": rows["station"], "parameter": rows["parameter"], "day": day, "value": value})
    days = frame.groupby([*_KEYS, "day"])["value"].agg(["mean", "count"]).reset_index()
    days.loc[days["count"] < rules.samples_needed, "mean"] = np.nan
    days["month"] = days["day"].dt.year * 100 + days["day"].dt.month
    found = days.groupby([*_KEYS, "month"])["mean"].agg(["mean", "count"]).reset_index()
    found["valid"] = found["count"] >= rules.days_needed
    return found.rename(columns={"mean": "value"})


def _periods(months: pd.DataFrame, kind: str, rules: WaterRules) -> pd.DataFrame:
    year, month = months["month"] // 100, months["month"] % 100
    names = {
        "month": year.astype(str) + "-" + month.astype(str).str.zfill(2),
        "quarter": year.astype(str) + "-Q" + ((month + 2) // 3).astype(str),
        "year": year.astype(str),
    }
    frame = months.assign(period=names[kind], period_kind=kind)
    if kind == "month":
        return frame[[*_KEYS, "period_kind", "period", "value", "valid"]].dropna(subset=["value"])
    frame = frame[frame["valid"]]
    needed = {"quarter": rules.months_quarter, "year": rules.months_year}[kind]
    found = frame.groupby([*_KEYS, "period_kind", "period"])["value"].agg(["mean", "count"]).reset_index()
    found["valid"] = found["count"] >= needed
    return found.rename(columns={"mean": "value"}).drop(columns="count")


def _classes(items: pd.DataFrame, value: pd.Series[Any], rules: WaterRules) -> pd.DataFrame:
    edition = rules.edition(date(2025, 1, 1))
    items = items.assign(**{"class": np.nan, "multiple": np.nan})
    for (body, code), item in edition.limits.items():
        mine = (items["parameter"] == code) & (items["body"] == body)
        values = value[mine].to_numpy()
        if item.direction == "range":
            low, high = 10.0 ** -float(item.high), 10.0 ** -float(item.low)
            number = np.where((values >= low * (1 - 1e-9)) & (values <= high * (1 + 1e-9)), 1, 6)
        else:
            bounds = np.array([float(bound) for bound in item.bounds])
            near = 1e-9 * bounds
            missed = values[:, None] > bounds + near if item.direction == "max" else values[:, None] < bounds - near
            # The first class whose limit is kept; none kept is 6.
            number = np.where(missed.all(axis=1), 6, missed.argmin(axis=1) + 1)
            items.loc[mine, "multiple"] = values / bounds[2] - 1
        items.loc[mine, "class"] = number
    items["counts"] = items["parameter"].isin(edition.items) & items["class"].notna()
    items["basic"] = items["parameter"].isin(edition.basic)
    return items


def _sections(items: pd.DataFrame, bodies: pd.DataFrame, rules: WaterRules) -> pd.DataFrame:
    counted = items[items["counts"]]
    some = (counted["basic"] & counted["valid"]).groupby([counted[key] for key in _PERIOD]).transform("any")
    used = counted[counted["valid"] | ~some]
    classes = used.groupby(_PERIOD).agg(
        **{"class": ("class", "max"), "items": ("class", "count")}
    ).reset_index()  # fmt: skip
    valid = counted[counted["basic"]].groupby(_PERIOD)["valid"].any().rename("valid").reset_index()
    over = used[used["class"] > rules.over_class].copy()
    over["order"] = over["multiple"].where(~over["parameter"].isin(rules.no_multiple), -1.0)
    over = over.sort_values(["class", "order", "parameter"], ascending=[False, False, True])
    main = over.groupby(_PERIOD)["parameter"].agg(lambda codes: ",".join(codes[: rules.most])).rename("main")
    found = classes.merge(valid, on=_PERIOD).merge(main.reset_index(), on=_PERIOD, how="left")
    found["main"] = found["main"].fillna("")
    found = found.merge(bodies, on="section")
    found["complies"] = found["class"] <= found["target"]
    return found


def _groups(items: pd.DataFrame, classes: pd.DataFrame, rules: WaterRules) -> pd.DataFrame:
    rivers = classes[classes["body"] == "river"].assign(scope="river", id=lambda frame: frame["river"])
    together = pd.concat([rivers, classes.assign(scope="region", id="all")], ignore_index=True)
    keys = ["scope", "id", "period_kind", "period"]
    some = together.groupby(keys)["valid"].transform("any")
    kept = together[together["valid"] | ~some]
    found = kept.groupby(keys).agg(
        sections_evaluated=("class", "count"), good=("class", lambda number: int((number <= rules.good_up_to).sum())),
        bad=("class", lambda number: int((number >= rules.bad_from).sum())), complying=("complies", "sum"),
    ).reset_index()  # fmt: skip
    found["good_ratio"] = found["good"] * 100.0 / found["sections_evaluated"]
    found["bad_ratio"] = found["bad"] * 100.0 / found["sections_evaluated"]
    conditions = []
    words = list(dict.fromkeys(rules.grades.values()))
    for step in rules.river.steps[:-1]:
        bound = step.good_from if step.good_from is not None else step.bad_below
        column = found["good_ratio"] if step.good_from is not None else found["bad_ratio"]
        limit = float(bound or 0)
        conditions.append(column >= limit - 1e-9 if step.good_from is not None else column < limit - 1e-9)
    grades = [words.index(step.grade) + 1 for step in rules.river.steps]
    found["grade"] = np.select(conditions, grades[:-1], grades[-1]).astype(float)
    few = found["sections_evaluated"] < rules.river.shares_from
    means = _means(items, rules)
    found = found.merge(means, on=keys, how="left")
    found.loc[few, "grade"] = found.loc[few, "mean_grade"]
    return found


def _means(items: pd.DataFrame, rules: WaterRules) -> pd.DataFrame:
    """Class of the item means of each river."""
    counted = items[items["counts"] & (items["body"] == "river")]
    some = counted.groupby(["river", "period_kind", "period", "parameter"])["valid"].transform("any")
    used = counted[counted["valid"] | ~some]
    value = used["value"].where(used["parameter"] != "PH", 10.0 ** -used["value"])
    keys = ["river", "period_kind", "period", "parameter"]
    means = used.assign(value=value).groupby(keys)["value"].mean().reset_index().assign(body="river")
    worst = _classes(means, means["value"], rules).groupby(keys[:-1])["class"].max().reset_index()
    words = list(dict.fromkeys(rules.grades.values()))
    worst["mean_grade"] = worst["class"].map(lambda number: float(words.index(rules.grades[int(number)]) + 1))
    return worst.assign(scope="river", id=worst["river"]).drop(columns=["river", "class"])
