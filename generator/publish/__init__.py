"""Publication: for each campaign a page, Markdown, a Word document and a fragment to paste; indexes and feeds.

public/index.html  feed.xml  style.css  captions.js
public/<commune>/index.html  feed.xml
public/<commune>/<campaign>/index.html  article.md  article.docx  fragment.txt  bulletin.mp3  bulletin.vtt
"""

from typing import TYPE_CHECKING

from generator.lazily import on_demand

if TYPE_CHECKING:
    from generator.publish.files import Report
    from generator.publish.site import publish

__all__ = ["Report", "publish"]
__getattr__ = on_demand(__name__, files="Report", site="publish")
