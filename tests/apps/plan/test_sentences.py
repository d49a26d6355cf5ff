"""Single sentences: what is promised in them, written by hand; an empty list means that nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest

from saishang.apps.plan.importer.document import PlanDocument
from saishang.apps.plan.importer.targets import targets_in_paragraph
from tests.apps.plan.expected import compare, said

SENTENCES: list[tuple[str, list[str]]] = [
    # An amount of change and the level it leads to are two targets.
    ("到2025年，全市PM2.5浓度比2020年下降10%以上，降至32微克/立方米以下，优良天数比率87.4%左右。",
     ["PM2.5浓度 >= 10 % 2025 base=2020 drop", "PM2.5浓度 <= 32 微克/立方米 2025", "优良天数比率 ~ 87.4 % 2025"]),
    # Several years, one 左右 for all.
    ("到2025年、2027年和2030年，非化石能源消费比重分别达到18%、21%和25%左右。",
     ["非化石能源消费比重 ~ 18 % 2025", "非化石能源消费比重 ~ 21 % 2027", "非化石能源消费比重 ~ 25 % 2030"]),
    ("到2027年，受污染耕地安全利用率达94%以上；到2035年，达到96%。",
     ["受污染耕地安全利用率 >= 94 % 2027", "受污染耕地安全利用率 >= 96 % 2035"]),
    # Intensity per 万元 is no money.
    ("到2030年，万元GDP能耗降至0.35吨标准煤以下。", ["万元GDP能耗 <= 0.35 吨标准煤 2030"]),
    ("到2025年，全省新能源汽车保有量较2020年翻一番。", ["新能源汽车保有量 >= 1 番 2025 base=2020 rise"]),
    ("畜禽粪污综合利用率分别达到2025年83%、2027年85%。",
     ["畜禽粪污综合利用率 >= 83 % 2025", "畜禽粪污综合利用率 >= 85 % 2027"]),
    # A yearly rate; the plan period stands for its last year.
    ("“十四五”时期，全省煤炭消费量年均下降1.5%。", ["煤炭消费量 >= 1.5 % 2025 drop freq=每年"]),
    ("到2025年，重点区域细颗粒物浓度比2020年下降15%，力争下降17%。",
     ["细颗粒物浓度 >= 15 % 2025 base=2020 drop", "细颗粒物浓度 >= 17 % 2025 base=2020 drop wish"]),
    # What is left behind (由45%) is no target, also behind a name that ends in brackets.
    ("农村生活污水治理率（管控率）由2023年的45%提高至2027年的60%以上。", ["农村生活污水治理率（管控率） >= 60 % 2027"]),
    ("细颗粒物浓度由2020年的39微克/立方米下降到2025年的33微克/立方米。", ["细颗粒物浓度 <= 33 微克/立方米 2025"]),
    # One predicate, three names with three units; three places with one name; bare numbers take the unit behind.
    ("到2030年，森林覆盖率、森林蓄积量、湿地保护率分别达到25%、1亿立方米、58%。",
     ["森林覆盖率 >= 25 % 2030", "森林蓄积量 >= 1 亿立方米 2030", "湿地保护率 >= 58 % 2030"]),
    ("A市、B市、C县PM2.5年均浓度分别降至38、36、30微克/立方米以下。",
     ["PM2.5年均浓度 <= 38 微克/立方米 null", "PM2.5年均浓度 <= 36 微克/立方米 null",
      "PM2.5年均浓度 <= 30 微克/立方米 null"]),
    ("到2025年和2030年，森林蓄积量分别达到2.26亿、2.5亿立方米。",
     ["森林蓄积量 >= 2.26 亿立方米 2025", "森林蓄积量 >= 2.5 亿立方米 2030"]),
    ("到2025年，单位农业增加值能耗、化肥使用量分别比2020年下降8%、5%以上。",
     ["单位农业增加值能耗 >= 8 % 2025 base=2020 drop", "化肥使用量 >= 5 % 2025 base=2020 drop"]),
    # Whose rate it is stands behind the name, or in brackets.
    ("危险废物环境管理评估合格率，工业企业达90%、经营单位达95%。",
     ["危险废物环境管理评估合格率 >= 90 % null", "危险废物环境管理评估合格率 >= 95 % null"]),
    ("建筑垃圾资源化利用率达到55%（其中中心城区达到70%）。",
     ["建筑垃圾资源化利用率 >= 55 % null", "建筑垃圾资源化利用率 >= 70 % null"]),
    # A denominator, a tail and a list: what the names share is said once.
    ("单位地区生产总值能耗、水耗较“十三五”末分别下降14.5%、16%。",
     ["单位地区生产总值能耗 >= 14.5 % null base=2020 drop", "单位地区生产总值水耗 >= 16 % null base=2020 drop"]),
    ("氨氮、氮氧化物两项主要污染物重点工程减排量分别达到0.2万吨、2.8万吨。",
     ["氨氮重点工程减排量 >= 0.2 万吨 null", "氮氧化物重点工程减排量 >= 2.8 万吨 null"]),
    ("“十四五”“十五五”期间分别新增水电装机容量4000万千瓦左右。",
     ["新增水电装机容量 ~ 4000 万千瓦 2025", "新增水电装机容量 ~ 4000 万千瓦 2030"]),
    ("全市劣Ⅴ类水体比例为0。", ["劣Ⅴ类水体比例 = 0 null null"]),
    ("与2020年相比，2025年煤炭消费总量下降5%左右，其中重点区域下降10%左右。",
     ["煤炭消费总量 ~ 5 % 2025 base=2020 drop", "煤炭消费总量 ~ 10 % 2025 base=2020 drop"]),
    ("培育5家以上年产值超过10亿元的环保龙头企业。", ["培育年产值超过10亿元的环保龙头企业 >= 5 家 null"]),
    ("2024—2026年，每年完成100家企业清洁生产审核。", ["完成企业清洁生产审核 >= 100 家 2026 freq=每年"]),
    # Words for numbers.
    ("农膜处置率稳定在百分之八十五以上，清洁能源公交车占比超过九成，整村推进比例不低于三分之二。",
     ["农膜处置率 >= 85 % null", "清洁能源公交车占比 > 90 % null", "整村推进比例 >= 0.666667 null null"]),
    ("到2025年，完成２８条河流治理，选聘管护员1,500名。",
     ["完成河流治理 >= 28 条 2025", "选聘管护员 >= 1500 名 2025"]),
    ("到2027年，新能源汽车销量占比达45%—50%，再生水利用率达到25%～30%。",
     ["新能源汽车销量占比 = 45-50 % 2027", "再生水利用率 = 25-30 % 2027"]),
    ("自然保护地占比达到**%，污泥处置率达到XX%以上。", ["自然保护地占比 >= ** % null", "污泥处置率 >= ** % null"]),
    ("保护率达到千分之九百五十。", ["保护率 >= 950 ‰ null"]),
    ("生活垃圾填埋量降至5万吨以内，重污染天数比率控制在0.2%以内。",
     ["生活垃圾填埋量 <= 5 万吨 null", "重污染天数比率 <= 0.2 % null"]),
    # Share of an object.
    ("到2025年，80%以上的行政村完成治理。", ["行政村完成治理 >= 80 % 2025"]),
    # The past is told, the goal is promised.
    ("2022年，全省优良天数比率为93.1%，PM2.5平均浓度25.8微克/立方米，同比下降5.3%；2025年目标为94%。",
     ["优良天数比率 = 94 % 2025"]),
    # Nothing below is promised as a number.
    ("2023年，全省优良天数比率为91.8%，较2020年提升0.6个百分点。", []),
    ("截至2021年底，全省共有重点地块86个，已建成污水处理厂2600座。", []),
    ("实施35蒸吨/小时及以下燃煤锅炉淘汰，推进65蒸吨/小时以上燃煤锅炉超低排放改造。", []),
    ("30万千瓦及以上热电联产电厂供热半径30公里范围内的燃煤锅炉关停整合。", []),
    ("对新增用地超过10公顷的项目，能耗超过5000吨标准煤的项目，严格审批。", []),
    ("对直径3公里范围内的工地开展每周2次检查，罚款5万元以上20万元以下。", []),
    ("统筹中央和省级资金12.6亿元，对成效明显的县给予500万元奖励，总投资不超过3亿元。", []),
    ("深入开展“十大行动”，建设千万千瓦级风电基地和千亿级气田。", []),
    ("倡导“1公里内步行、3公里内骑行”，每月少开一天车，每周一次清洁日。", []),
    ("按照江政发〔2024〕12号文件，自2026年1月1日起施行，有效期5年。", []),
    ("联系电话：0571-88012345。", []),
    # No number: kept as a promise of a state, not as a target.
    ("2030年，基本消除劣Ⅴ类断面，县级城市黑臭水体动态清零。", []),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES, ids=[s[:24] for s, _ in SENTENCES])
def test_targets_of_one_sentence(sentence: str, expected: list[str]) -> None:
    found = targets_in_paragraph(sentence, "T1", plan_year=2024)
    assert [f"{t.indicator} {said(t)}" for t in found] == expected


def test_places_become_scopes() -> None:
    found = targets_in_paragraph(
        "甲市、乙市再生水利用率分别不低于35%、30%；清洁取暖率平原地区、山区分别达到85%和60%。", "T1"
    )
    assert [(t.indicator, t.scope) for t in found] == [
        ("再生水利用率", "甲市"),
        ("再生水利用率", "乙市"),
        ("清洁取暖率", "平原地区"),
        ("清洁取暖率", "山区"),
    ]


def test_every_target_keeps_its_sentence_as_written() -> None:
    sentence = "到２０２５年，森林覆盖率达到４５％。"
    (target,) = targets_in_paragraph(sentence, "T1")
    assert (target.text, target.year, target.value, target.unit) == (sentence, 2025, 45, "%")


def _blocks() -> list[tuple[str, list[str]]]:
    text = (Path(__file__).parent / "sentences.txt").read_text(encoding="utf-8")
    return [(block.split("\n")[0], block.split("\n")[1:]) for block in text.strip().split("\n\n")]


@pytest.mark.parametrize(("sentence", "expected"), _blocks(), ids=[s[:24] for s, _ in _blocks()])
def test_targets_of_one_sentence_named_much_alike(sentence: str, expected: list[str]) -> None:
    """Sentences of our own in the forms of many plans; what they promise was written down before they were read."""
    found = targets_in_paragraph(sentence, "T1", plan_year=2024)
    score = compare(PlanDocument("方案", targets=found), expected)
    assert (score.missing, score.extra) == ((), ())
