from tests.test_every_page import *
from tests.test_every_page import browser, counted_city

JS = """() => { const w = 360; const out=[]; for (const e of document.querySelectorAll('body *')) { const r=e.getBoundingClientRect(); if (r.right>w+1 && r.width>0 && !e.closest('.table-responsive') ) out.push(e.tagName+'.'+e.className+'#'+e.id+' '+Math.round(r.right)+' '+e.textContent.trim().slice(0,40)); if (e.scrollWidth>e.clientWidth+1 && getComputedStyle(e).overflowX==='visible' && e.clientWidth>0) out.push('OVER '+e.tagName+'.'+e.className+' '+e.scrollWidth+'>'+e.clientWidth+' '+e.textContent.trim().slice(0,40)); } return out.slice(-8)}"""


def test_wide(counted_city, browser):
    from axe_playwright_python.sync_playwright import Axe

    found, seen = [], set()
    for who in ("", "phuong", "mai", "lan", "hung", "du"):
        walk = Walk(browser, counted_city.address, width=360, language="vi")
        if who:
            walk.become(who)
            walk.pass_second_factor()
        for page in list(followed(walk, who)):
            if not page.body or (page.route, who == "lan") in seen:
                continue
            seen.add((page.route, who == "lan"))
            walk.page.goto(page.path)
            wide = walk.page.locator("html").evaluate("e => e.scrollWidth")
            if wide > 360:
                found.append((who, page.path, wide, walk.page.evaluate(JS)))
            v = [
                (x["id"], [n["html"][:150] for n in x["nodes"][:3]])
                for x in Axe().run(walk.page).response["violations"]
                if x["impact"] in ("serious", "critical")
            ]
            if v:
                found.append((who, page.path, v))
        if walk.errors or walk.broken:
            found.append((who, walk.errors, walk.broken))
        walk.context.close()
    import pprint

    open("/tmp/wide.txt", "w").write(pprint.pformat(found, width=200))
