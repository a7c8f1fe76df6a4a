"""Which organization one turned out to be. The row stays: reports of its months, histories and audits name it, the
facts of reports follow it to the other one, and it can be parted again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("desk", "0022_begun_words")]
    operations = [
        migrations.AddField(
            model_name="organization",
            name="merged_into",
            field=models.ForeignKey(
                "desk.organization",
                models.SET_NULL,
                blank=True,
                help_text="Which one it turned out to be.",
                null=True,
                related_name="+",
            ),
        ),
    ]
