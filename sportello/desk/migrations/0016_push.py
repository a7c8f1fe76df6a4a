"""Browsers that are told by Web Push, and what is to be told to them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0015_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('endpoint', models.CharField(help_text='Where its maker takes messages for it.', max_length=1000, unique=True)),
                ('p256dh', models.CharField(help_text="The browser's public key.", max_length=100)),
                ('auth', models.CharField(max_length=30)),
                ('label', models.CharField(help_text='Browser and system, by which its owner knows it again.', max_length=100)),
                ('created_at', models.DateTimeField()),
                ('reached_at', models.DateTimeField(blank=True, null=True)),
                ('failed_at', models.DateTimeField(blank=True, help_text='Empty once it was reached again.', null=True)),
                ('failure', models.CharField(blank=True, max_length=200)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='PushMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('claimed_by', models.CharField(blank=True, max_length=40)),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('due_at', models.DateTimeField(help_text='Not before; moves on with each failed attempt.')),
                ('created_at', models.DateTimeField()),
                ('notification', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='desk.notification')),
                ('subscription', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='desk.pushsubscription')),
            ],
            options={
                'indexes': [models.Index(fields=['due_at', 'id'], name='push_message_due')],
            },
        ),
    ]
