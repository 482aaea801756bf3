package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/sandbox/pagetest"
)

// startSandbox runs the sandbox command as a newcomer does and returns the
// address that it prints.
func startSandbox(t *testing.T) string {
	t.Helper()
	out, errs := &lockedBuffer{}, &lockedBuffer{}
	// What an operator has exported must not reach the sandbox: least of all her database.
	real := filepath.Join(t.TempDir(), "real.db")
	exported := map[string]string{"DATABASE_URL": "sqlite:" + real, "ADMIN_IDS": "nonsense", "TELEGRAM_BOT_TOKEN": "7:x", "WEBHOOK_URL": "x", "SOURCES_FILE": "/none"}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"sandbox", "--addr", "127.0.0.1:0"}, func(name string) string { return exported[name] }, out, errs)
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("sandbox: %v", err)
		}
		if _, err := os.Stat(real); err == nil {
			t.Error("the sandbox made or used the operator's database")
		}
		if t.Failed() {
			t.Logf("the sandbox's log ends:\n%s", errs.tail(4000))
		}
	})
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	eventually(t, 30*time.Second, "the sandbox to print its address", func() bool { return address.MatchString(out.String()) })
	if !strings.Contains(out.String(), "Try first") {
		t.Errorf("the sandbox does not say what to try first:\n%s", out)
	}
	return address.FindString(out.String())
}

// TestNewcomerInTheSandbox goes the way of the README in a real browser: in
// each language a story, the rates and a digest, then a broadcast to all.
func TestNewcomerInTheSandbox(t *testing.T) {
	page := pagetest.Open(t, startSandbox(t))
	zone, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		t.Fatal(err)
	}
	people := []struct {
		id   int64
		lang locale.Language
	}{{reader, locale.KK}, {other, locale.RU}, {editor, locale.EN}}
	for _, who := range people {
		p := locale.New(who.lang, zone)
		shot := func(name string) {
			if dir := os.Getenv("NEWSBOT_SCREENSHOTS"); dir != "" {
				time.Sleep(time.Second) // pictures fade in
				page.Screenshot(filepath.Join(dir, string(who.lang)+"-"+name+".png"))
			}
		}
		page.As(who.id)
		page.Start()
		about, _, _ := strings.Cut(plain(p.H("start.about")), "\n")
		page.WaitText(about)
		shot("start")
		page.Say("/news")
		page.WaitText(p.T("news.title"))
		shot("news")
		page.Press("2")
		page.Wait("an article with its original", `[...document.querySelectorAll('[data-testid=inline-button]')].some((b) => b.textContent.includes(`+"`"+p.T("article.original")+"`"+`))`)
		shot("article")
		page.Press(p.T("article.back"))
		page.WaitText(p.T("news.title"))
		page.Say("/rates")
		page.WaitText("USD")
		page.WaitText(p.T("rates.source"))
		if last := page.Last(); strings.Contains(last, p.T("rates.no_data")) {
			t.Errorf("%s: rates are missing:\n%s", who.lang, last)
		}
		shot("rates")
		page.Say("/digest")
		page.WaitText(p.T("digest.title"))
		page.Press("08:00")
		page.Wait("the digest to be on", `[...document.querySelectorAll('[data-testid=inline-button]')].some((b) => b.textContent.includes(`+"`"+p.T("digest.turn_off")+"`"+`))`)
		shot("digest-on")
	}
	page.MoveToMorning()
	for _, who := range people {
		p := locale.New(who.lang, zone)
		page.As(who.id)
		page.WaitText(p.T("digest.morning"))
		if dir := os.Getenv("NEWSBOT_SCREENSHOTS"); dir != "" {
			time.Sleep(time.Second)
			page.Screenshot(filepath.Join(dir, string(who.lang)+"-digest.png"))
		}
	}
	const news = "The bridge at Kapchagay is open again."
	page.Say("/broadcast " + news)
	page.Press("Send to")
	page.WaitText("Broadcast is done")
	for _, who := range people {
		page.As(who.id)
		page.WaitText(news)
	}
	// A chart of the rates, which changes in place.
	const picture = `[...document.querySelectorAll('[data-testid=photo] img')].some((i) => i.naturalWidth === 1000)`
	p := locale.New(people[0].lang, zone)
	page.As(people[0].id)
	page.Say("/rates")
	page.Press(p.T("chart.button"))
	page.Wait("the chart", picture)
	page.Press("EUR")
	page.Wait("the chart of the euro", `[...document.querySelectorAll('[data-testid=inline-button]')].some((b) => b.textContent.includes('✓ EUR')) && `+picture)
	page.Press(p.T("chart.compare"))
	page.Press("⚖️ USD")
	page.Wait("the comparison", `[...document.querySelectorAll('[data-testid=inline-button]')].some((b) => b.textContent.includes('✓ ⚖️ USD')) && `+picture)
	if dir := os.Getenv("NEWSBOT_SCREENSHOTS"); dir != "" {
		time.Sleep(time.Second)
		page.Screenshot(filepath.Join(dir, string(people[0].lang)+"-chart.png"))
	}
	page.Press(p.T("chart.close"))
	page.Wait("the chart to be gone", "!"+picture)
	if bad := page.Violations(); len(bad) > 0 {
		t.Errorf("calls that the Bot API does not have: %q", bad)
	}
}

// plain is Telegram HTML without its tags.
func plain(html string) string { return regexp.MustCompile(`<[^>]*>`).ReplaceAllString(html, "") }

func TestSandboxRefusesToListenForOthers(t *testing.T) {
	err := run(context.Background(), []string{"sandbox", "--addr", "0.0.0.0:0"}, func(string) string { return "" }, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "loopback") {
		t.Errorf("got %v, want an error about loopback", err)
	}
}
