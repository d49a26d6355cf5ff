"""The ledger's tables as Django models, to read and export them with Django's means.

The tables are made by `saishang/lake/sql/*.sql` (the lake knows no Django) and written by the lake alone; a migration
runs that SQL. Django manages none of them: `save` and `delete` are refused.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.contrib.postgres.fields import ArrayField
from django.db import models

from saishang.errors import SaishangError

__all__ = ["Batch", "QualityRun", "RejectedCell", "Supersession"]


class _Ledger(models.Model):
    """A row of the ledger: written by the lake, read by Django."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: the lake writes the ledger."""
        raise SaishangError(
            "the ledger is written by the lake alone", fix="use Lake.ingest and its sisters", code="ledger"
        )

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: nothing leaves the ledger."""
        raise SaishangError("nothing is deleted from the ledger", fix="load a corrected file", code="ledger")


class Batch(_Ledger):
    """One file load (`lake_batch`)."""

    id = models.BigIntegerField(primary_key=True)
    source = models.TextField("来源")
    file_name = models.TextField("文件名")
    sha256 = models.CharField("SHA-256", max_length=64)
    size_bytes = models.BigIntegerField("字节数")
    reader = models.TextField("读取程序")
    actor = models.TextField("操作者")
    status = models.TextField("状态")
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("结束时间", null=True)
    rows_read = models.BigIntegerField("读取行数")
    accepted = models.BigIntegerField("接收值数")
    added = models.BigIntegerField("新增")
    replaced = models.BigIntegerField("替换")
    identical = models.BigIntegerField("相同")
    duplicates = models.BigIntegerField("文件内重复")
    rejected = models.BigIntegerField("拒绝")
    ignored = models.BigIntegerField("未取")
    empty = models.BigIntegerField("空值")
    absent = models.BigIntegerField("新文件未提及")
    months = ArrayField(models.TextField(), verbose_name="月份")
    table_version = models.BigIntegerField("数据表版本", null=True)
    notes = models.JSONField("备注")
    error = models.TextField("错误")

    class Meta:
        managed = False
        db_table = "lake_batch"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pk} {self.file_name}"


class RejectedCell(_Ledger):
    """A cell (or line) that was not taken (`lake_reject`)."""

    id = models.BigIntegerField(primary_key=True)
    batch = models.ForeignKey(Batch, on_delete=models.DO_NOTHING, db_column="batch", related_name="rejects")
    line = models.IntegerField("行")
    cell = models.IntegerField("列")
    column_name = models.TextField("列名")
    content = models.TextField("内容")
    code = models.TextField("原因代码")
    message = models.TextField("原因")
    params = models.JSONField("原因参数", default=dict)

    class Meta:
        managed = False
        db_table = "lake_reject"
        ordering = ["line", "cell"]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line}:{self.cell} {self.code}"


class Supersession(_Ledger):
    """A value that a corrected file replaced (`lake_supersession`)."""

    id = models.BigIntegerField(primary_key=True)
    batch = models.ForeignKey(Batch, on_delete=models.DO_NOTHING, db_column="batch", related_name="supersessions")
    source = models.TextField("来源")
    station = models.TextField("站点")
    parameter = models.TextField("参数")
    old_value = models.FloatField("原值", null=True)
    old_batch = models.BigIntegerField("原批次")
    new_value = models.FloatField("新值", null=True)

    class Meta:
        managed = False
        db_table = "lake_supersession"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.station} {self.parameter} {self.old_value} → {self.new_value}"


class QualityRun(_Ledger):
    """A run of the quality tests (`lake_quality_run`)."""

    id = models.BigIntegerField(primary_key=True)
    status = models.TextField("状态")
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("结束时间", null=True)
    actor = models.TextField("操作者")
    table_version = models.BigIntegerField("数据表版本")
    rules_digest = models.TextField("规则摘要")
    parameters = models.JSONField("检验参数")
    error = models.TextField("错误")

    class Meta:
        managed = False
        db_table = "lake_quality_run"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"
