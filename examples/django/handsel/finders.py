"""Static files without what only builds and tests them. Knows nothing of what is in them."""

from django.contrib.staticfiles.finders import FileSystemFinder


class WithoutTools(FileSystemFinder):
    """Handsel's folder `frontend` is a package of npm's: what its tests need is none of a site's business."""

    def list(self, ignore_patterns):
        return super().list([*(ignore_patterns or []), "node_modules/*", "tests/*", "types/*", "*.json"])
