from tests.test_without_script import *
def test_nam(walk, real_city):
    real_city.start_worker()
    published = real_city.home / "lake" / "out" / "city.sqlite3"
    real_city.wait(published.exists, patience=90)
    walk.become("hung")
    print("URL", walk.page.url); print(said(walk)[:1500])
    w2 = walk
    walk.page.goto("/du-lieu")
    print("WIDE", walk.page.evaluate("""() => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > 360).map(e => e.tagName + '.' + e.className + ' ' + e.getBoundingClientRect().right + ' ' + e.textContent.trim().slice(0,60))"""))
    assert 0
