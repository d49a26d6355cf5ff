"""Promises without a number: who or what, and the state it shall reach; sentences of our own."""

from __future__ import annotations

import pytest

from saishang.apps.plan.importer.duties import commitments_in


@pytest.mark.parametrize(
    ("sentence", "subject", "state"),
    [
        ("新建项目的能效和排放力争达到国内先进水平。", "新建项目的能效和排放", "国内先进水平"),
        ("引导铸造、造纸等行业达到清洁生产Ⅱ级水平。", "引导铸造、造纸等行业", "清洁生产Ⅱ级水平"),
        ("完善登记制度，柴油货车环保信息“应登尽登”。", "柴油货车环保信息", "应登尽登"),
        ("优化布点，建成覆盖全市的噪声自动监测系统。", "噪声自动监测系统", "覆盖全市"),
        ("到2030年，河湖水系连通格局基本形成。", "河湖水系连通格局", "基本形成"),
        ("实现农村公厕保洁全覆盖。", "农村公厕保洁", "全覆盖"),
    ],
)
def test_subject_and_state(sentence: str, subject: str, state: str) -> None:
    (found,) = commitments_in(sentence, "T1")
    assert (found.subject, found.state) == (subject, state)
