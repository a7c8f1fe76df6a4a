"""How many of a customer's and of an organization's tickets are not solved, without reading the solved ones."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0016_push'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('status__in', ('solved', 'closed')), _negated=True), fields=['requester'], name='ticket_requester_unsolved'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('status__in', ('solved', 'closed')), _negated=True), fields=['organization'], name='ticket_org_unsolved'),
        ),
    ]
