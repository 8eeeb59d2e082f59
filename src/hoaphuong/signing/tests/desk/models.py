from django.db import models


class Paper(models.Model):
    """A paper of the tests; ``signatures`` counts how often its app was told of one."""

    key = models.CharField(max_length=32, primary_key=True)
    content = models.BinaryField()
    file_key = models.CharField(max_length=32, blank=True)
    signatures = models.PositiveIntegerField(default=0)
    refuses = models.CharField(max_length=20, blank=True)
