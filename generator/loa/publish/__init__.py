"""Publication: for each campaign a page, Markdown, a Word document and an HTML fragment; indexes and feeds; USB sticks.

public/index.html  feed.xml  style.css  captions.js
public/<commune>/index.html  feed.xml
public/<commune>/<campaign>/index.html  article.md  article.docx  fragment.txt  bulletin.mp3  bulletin.vtt
"""
