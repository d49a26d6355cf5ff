"""Millions of entries: sums beside the versions, the day on which a term ends, indexes in the order of lists.

See docs/decisions/2026-11-30-registers-at-scale.md.
"""

from django.db import migrations, models

# Pairs of neighbouring characters: Chinese has no blanks between words, and words of two characters are too short for
# trigrams. What is sought has two characters at least; the words themselves are compared afterwards.
MAKE = """
create function registers_pairs(words text) returns text[]
language sql immutable parallel safe cost 1000 as $$
  select array(select substr(words, place, 2) from generate_series(1, length(words) - 1) place)
$$;
create index registers_entry_pairs on registers_entry using gin (registers_pairs(words));
create index registers_entry_values on registers_entry using gin ("values" jsonb_path_ops);
"""
UNDO = """
drop index registers_entry_values;
drop index registers_entry_pairs;
drop function registers_pairs(text);
"""


class Migration(migrations.Migration):
    dependencies = [("registers", "0003_never_emptied")]

    operations = [
        migrations.CreateModel(
            name='Book',
            fields=[
                ('kind', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64)),
                ('made', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('figure', models.CharField(blank=True, max_length=60)),
                ('day', models.DateField()),
                ('region', models.CharField(blank=True, max_length=12)),
                ('state', models.CharField(blank=True, max_length=40)),
                ('invented', models.BooleanField()),
                ('counted', models.BigIntegerField()),
                ('total', models.DecimalField(decimal_places=12, max_digits=60)),
                ('base', models.BigIntegerField()),
                ('base_total', models.DecimalField(decimal_places=12, max_digits=60)),
                ('missing', models.BigIntegerField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name='entry',
            name='registers_e_kind_d670cf_idx',
        ),
        migrations.RemoveIndex(
            model_name='entry',
            name='registers_e_kind_66153e_idx',
        ),
        migrations.RenameIndex(
            model_name='entry',
            new_name='registers_by_title',
            old_name='registers_e_kind_b45805_idx',
        ),
        migrations.RenameIndex(
            model_name='entry',
            new_name='registers_by_box',
            old_name='registers_e_kind_2a6adc_idx',
        ),
        migrations.AddField(
            model_name='entry',
            name='due',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='entry',
            name='invented',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['kind', 'state', 'key'], name='registers_by_state'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['kind', 'region', 'key'], name='registers_by_region'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('due__isnull', False), ('withdrawn', False)), fields=['kind', 'due', 'key'], name='registers_by_due'),
        ),
        migrations.AddIndex(
            model_name='movement',
            index=models.Index(fields=['kind', 'figure', 'day'], name='registers_movement_of'),
        ),
        migrations.RunSQL(MAKE, UNDO),
    ]
