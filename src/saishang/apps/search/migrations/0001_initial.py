from django.db import migrations, models

import saishang.apps.search.models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='IndexedDocument',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('key', models.CharField(max_length=300)),
                ('audience', models.CharField(max_length=40)),
                ('day', models.DateField(null=True)),
                ('title', models.TextField()),
                ('title_en', models.TextField()),
                ('text', models.TextField()),
                ('text_en', models.TextField()),
                ('view', models.CharField(max_length=60)),
                ('args', models.JSONField()),
                ('query', models.TextField()),
                ('words', saishang.apps.search.models.WordsField()),
            ],
        ),
        migrations.CreateModel(
            name='KindState',
            fields=[
                ('kind', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('version', models.CharField(max_length=200)),
                ('documents', models.IntegerField()),
                ('made', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='WaitingChange',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('key', models.CharField(max_length=300)),
            ],
        ),
        migrations.AddIndex(
            model_name='indexeddocument',
            index=models.Index(fields=['kind', 'id'], name='search_document_newest'),
        ),
        migrations.AddConstraint(
            model_name='indexeddocument',
            constraint=models.UniqueConstraint(fields=('kind', 'key'), name='search_document_once'),
        ),
        # Words are written as the question reads them: no list of waiting ones that every question would have to read.
        migrations.RunSQL(
            "create index search_document_words on search_indexeddocument using gin (words) with (fastupdate = off)",
            "drop index search_document_words",
        ),
    ]
