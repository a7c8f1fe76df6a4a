"""Whether and as what the desk compares itself, what it has sent, and what hubs publish."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0019_saved_reports'),
    ]

    operations = [
        migrations.CreateModel(
            name='BenchmarkMembership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sector', models.CharField(max_length=30)),
                ('size', models.CharField(max_length=10)),
                ('audience', models.CharField(max_length=10)),
                ('country', models.CharField(max_length=2)),
                ('hub', models.CharField(blank=True, help_text='URL; empty: figures are carried as files.', max_length=200)),
                ('key', models.TextField(help_text='The private key that signs, hexadecimal, encrypted (kit.secrets).')),
                ('joined_at', models.DateTimeField(blank=True, help_text='Null: nothing is sent.', null=True)),
                ('asked_at', models.DateTimeField(blank=True, help_text='When the hub was last asked what it publishes.', null=True)),
                ('ask_at', models.DateTimeField(blank=True, help_text='When it is asked next; null: at once.', null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0, help_text='How often in a row asking has failed.')),
                ('last_error', models.CharField(blank=True, help_text='What went wrong when asking.', max_length=500)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='benchmark_membership_one_row')],
            },
        ),
        migrations.CreateModel(
            name='BenchmarkPublication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hub', models.CharField(blank=True, help_text='URL; empty: it came as a file.', max_length=200)),
                ('source', models.CharField(help_text='As the hub calls itself.', max_length=200)),
                ('month', models.CharField(max_length=7)),
                ('cohort', models.CharField(help_text='all, sector:software, …', max_length=60)),
                ('said', models.JSONField(help_text='As in the file: benchmark.exchange.publication.')),
                ('kept_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['month'], name='benchmark_publication_month')],
                'constraints': [models.UniqueConstraint(fields=('hub', 'source', 'month', 'cohort'), name='benchmark_publication_once')],
            },
        ),
        migrations.CreateModel(
            name='BenchmarkSending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('claimed_by', models.CharField(blank=True, max_length=40)),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('month', models.CharField(help_text='2026-10', max_length=7)),
                ('hub', models.CharField(max_length=200)),
                ('file', models.TextField(help_text='The very bytes, which are ASCII.')),
                ('state', models.CharField(choices=[('queued', 'queued'), ('sent', 'sent'), ('kept', 'kept in the outbox'), ('failed', 'given up'), ('cancelled', 'cancelled')], default='queued', max_length=9)),
                ('answer', models.CharField(blank=True, help_text='received, replaced or same; of a failed one the code of the refusal.', max_length=500)),
                ('due_at', models.DateTimeField(help_text='Not before; moves on with each failed attempt.')),
                ('created_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['due_at', 'id'], name='benchmark_sending_due'), models.Index(fields=['month', 'hub'], name='benchmark_sending_month')],
            },
        ),
    ]
