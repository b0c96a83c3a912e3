from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("extraction", "0008_review_desk")]

    operations = [
        migrations.AddField("workspace", "main_fields", models.JSONField(blank=True, default=list)),
        migrations.AddField("workspace", "max_upload_mb", models.PositiveIntegerField(blank=True, null=True)),
        migrations.AddField("workspace", "max_pages", models.PositiveIntegerField(blank=True, null=True)),
        migrations.AddField("workspace", "deleted_kept_days", models.PositiveIntegerField(blank=True, null=True)),
    ]
