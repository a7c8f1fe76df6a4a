"""Reviews of bad votes with their history and causes, and what two of the desk found a vote to be about."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0017_unsolved_of_customers'),
    ]

    operations = [
        migrations.CreateModel(
            name='VoteCause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40, unique=True)),
                ('title', models.CharField(blank=True, max_length=80)),
                ('position', models.PositiveIntegerField(default=0)),
                ('active', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='VoteWatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('looked_on', models.DateField(help_text="The Monday of the week, in the desk's time zone.", unique=True)),
                ('found', models.JSONField(blank=True, default=dict)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='desk',
            name='review_days',
            field=models.PositiveSmallIntegerField(default=2, help_text='Open days to review a bad vote in.'),
        ),
        migrations.AddField(
            model_name='satisfactionrating',
            name='reviewed_about',
            field=models.CharField(blank=True, choices=[('help', 'the help I received'), ('product', 'the product or the equipment'), ('waiting', 'the waiting'), ('rule', 'a rule or a price'), ('other', 'something else')], max_length=7),
        ),
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('assigned', 'a ticket was given to you'), ('customer', 'a customer of yours wrote'), ('mention', 'a colleague named you'), ('followed', 'something happened on a ticket that you follow'), ('not_sent', 'an answer of yours was not sent'), ('side', 'a third party answered'), ('job', 'a job of yours has ended'), ('review', 'a bad vote waits for you'), ('alert', 'satisfaction needs a look')], max_length=20),
        ),
        migrations.AlterField(
            model_name='timer',
            name='kind',
            field=models.CharField(choices=[('taken_charge', 'says that the request is in charge'), ('close', 'closes'), ('survey', 'asks for a vote'), ('sla', 'misses its target'), ('automation', 'does what an automation says'), ('send', 'sends an answer'), ('review', 'reminds of a bad vote')], max_length=20),
        ),
        migrations.CreateModel(
            name='VoteReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('open', 'Open'), ('done', 'Done')], default='open', max_length=4)),
                ('due_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('cause', models.CharField(blank=True, max_length=40)),
                ('cause_text', models.TextField(blank=True)),
                ('answer', models.TextField(blank=True)),
                ('outcome', models.CharField(blank=True, choices=[('changed', 'we change something'), ('settled', 'settled with the customer'), ('nothing', 'nothing to be done'), ('withdrawn', 'the customer changed the vote to good')], max_length=9)),
                ('outcome_text', models.TextField(blank=True)),
                ('answer_comment', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='desk.comment')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rating', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='review', to='desk.satisfactionrating')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='desk.ticket')),
            ],
        ),
        migrations.CreateModel(
            name='VoteReviewEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('values', models.JSONField(blank=True, default=dict)),
                ('created_at', models.DateTimeField()),
                ('author', models.ForeignKey(blank=True, db_index=False, help_text='Empty: by itself.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='desk.votereview')),
            ],
        ),
        migrations.AddField(
            model_name='votereview',
            name='proposal',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='desk.votereviewevent'),
        ),
        migrations.AddIndex(
            model_name='votereviewevent',
            index=models.Index(fields=['review', 'id'], name='vote_review_event'),
        ),
        migrations.AddIndex(
            model_name='votereview',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['due_at', 'id'], name='vote_review_open'),
        ),
        migrations.AddIndex(
            model_name='votereview',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['owner', 'due_at', 'id'], name='vote_review_owner'),
        ),
        migrations.AddIndex(
            model_name='votereview',
            index=models.Index(condition=models.Q(('state', 'done')), fields=['closed_at', 'id'], name='vote_review_done'),
        ),
        migrations.AddConstraint(
            model_name='votereview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('state', 'open')), models.Q(('closed_at__isnull', False), ('state', 'done')), _connector='OR'), name='vote_review_done_has_its_time'),
        ),
    ]
