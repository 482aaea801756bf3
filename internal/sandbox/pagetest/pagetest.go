// Package pagetest drives the sandbox's chat page in a real Chromium, as a
// person would: it clicks, types and looks. Its functions fail the test when
// what they wait for does not come, and say what the page showed instead.
package pagetest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Patience is how long a page may take to show what is waited for. It is
// generous: a busy machine is slow, and a test that passes does not wait.
const Patience = 45 * time.Second

const look = 40 * time.Millisecond // between two looks at the page

// Page is the chat page in a browser of its own.
type Page struct {
	t   testing.TB
	ctx context.Context

	mu     sync.Mutex
	errors []string // what the page complained of in its console
}

// Open starts Chromium with an empty profile and opens the chat page. Where
// there is no Chromium the test is skipped, or failed when CI is set. When the
// test ends the browser is closed; an error in the page's console fails it.
func Open(t testing.TB, url string) *Page {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "en"),
		chromedp.WindowSize(1280, 860),
	)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(alloc)
	p := &Page{t: t, ctx: ctx}
	t.Cleanup(func() {
		end()
		stop()
		if errs := p.Errors(); len(errs) > 0 {
			t.Errorf("the page's console has errors:\n%s", strings.Join(errs, "\n"))
		}
	})
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	p.Size(1280, 860)
	p.do(chromedp.Navigate(url))
	p.Wait("the page to load", `document.querySelector('#app[data-ready]') !== null`)
	return p
}

// chromium finds the browser.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "Chromium is missing: install the Debian package chromium"
	if os.Getenv("CI") != "" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// listen notes the errors of the page. It runs on the browser's reading goroutine.
func (p *Page) listen(event any) {
	var text string
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type != "error" {
			return
		}
		for _, a := range e.Args {
			text += fmt.Sprintf("%s %s ", a.Description, a.Value)
		}
	case *runtime.EventExceptionThrown:
		text = e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
	default:
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errors = append(p.errors, strings.TrimSpace(text))
}

// Errors are the errors and uncaught exceptions of the page's scripts so far.
func (p *Page) Errors() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.errors)
}

// Context is the browser tab's, for what this package has no function for.
func (p *Page) Context() context.Context { return p.ctx }

func (p *Page) do(a chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	if err := chromedp.Do(ctx, a); err != nil {
		p.t.Fatalf("chat page: %v", err)
	}
}

// Eval runs JavaScript in the page and returns its value.
func Eval[T any](p *Page, js string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		p.t.Fatalf("chat page: evaluate %s: %v", js, err)
	}
	return v
}

// quote makes a string a JavaScript literal.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic("pagetest: " + err.Error()) // strings marshal
	}
	return string(b)
}

// Wait waits until a JavaScript expression is true.
func (p *Page) Wait(what, js string) {
	p.t.Helper()
	deadline := time.Now().Add(Patience)
	for !Eval[bool](p, "Boolean("+js+")") {
		if time.Now().After(deadline) {
			p.t.Fatalf("waited for %s in vain; the page shows:\n%s", what, Eval[string](p, "document.body.innerText"))
		}
		time.Sleep(look)
	}
}

// Size gives the page a size in CSS pixels; up to 719 wide it is a phone.
func (p *Page) Size(width, height int) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(int64(width), int64(height)))
}

// PreferDark makes the system ask for dark colours, or for light ones.
func (p *Page) PreferDark(dark bool) {
	p.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	p.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// Click clicks the middle of the first visible element with this data-testid.
func (p *Page) Click(testID string) {
	p.t.Helper()
	p.clickOn(testID, fmt.Sprintf(`[...document.querySelectorAll('[data-testid=%s]')].find((e) => e.offsetParent !== null && !e.disabled)`, quote(testID)))
}

// clickOn waits for an element that stands still and is not covered, and
// clicks it where it is, with the mouse.
func (p *Page) clickOn(what, js string) {
	p.t.Helper()
	p.Wait(what, js)
	var at []float64
	for deadline := time.Now().Add(Patience); ; time.Sleep(look) {
		before := at
		at = Eval[[]float64](p, fmt.Sprintf(`(() => {
			const e = %s;
			if (!e) return [];
			e.scrollIntoView({block: 'nearest', behavior: 'instant'});
			const r = e.getBoundingClientRect();
			const x = r.left + r.width / 2, y = r.top + r.height / 2;
			return e.contains(document.elementFromPoint(x, y)) ? [x, y] : [];
		})()`, js))
		if len(at) == 2 && slices.Equal(before, at) {
			break
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s cannot be clicked: it is covered, moves or is gone", what)
		}
	}
	p.do(chromedp.MouseClickXY(at[0], at[1]))
}

// As is being another person, in their own chat with the bot.
func (p *Page) As(personID int64) {
	p.t.Helper()
	p.goTo(personID, personID)
}

// AsIn is being a person in a chat, such as the group.
func (p *Page) AsIn(personID, chatID int64) {
	p.t.Helper()
	p.goTo(personID, chatID)
}

func (p *Page) goTo(personID, chatID int64) {
	p.t.Helper()
	Eval[string](p, fmt.Sprintf(`location.hash = '#/%d/%d'`, personID, chatID))
	p.Wait(fmt.Sprintf("being person %d", personID), fmt.Sprintf(`document.getElementById('app').dataset.me === '%d' && document.querySelector('[data-testid="chat-%d"][aria-current]')`, personID, chatID))
}

// Start presses START in a chat with the bot that was never begun.
func (p *Page) Start() {
	p.t.Helper()
	p.Click("start")
}

// Say types a text and sends it.
func (p *Page) Say(text string) {
	p.t.Helper()
	p.Type(text)
	p.Click("send")
}

// Type types a text and leaves it there.
func (p *Page) Type(text string) {
	p.t.Helper()
	const input = `document.querySelector('[data-testid=composer]')`
	p.Wait("a place to write", input+`?.offsetParent !== null`)
	Eval[bool](p, fmt.Sprintf(`(() => { const i = %s; i.focus(); i.value = %s; i.dispatchEvent(new Event('input')); return true; })()`, input, quote(text)))
}

// Key presses a key where the focus is, such as "\r".
func (p *Page) Key(keys string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(keys))
}

// Press presses the newest button under a message, or of the bot's keyboard,
// whose label is this or begins with it.
func (p *Page) Press(label string) {
	p.t.Helper()
	p.clickOn("a button "+label, fmt.Sprintf(`((l) => {
		const all = [...document.querySelectorAll('[data-testid=inline-button], [data-testid=reply-button]')].reverse();
		const text = (e) => e.textContent.trim();
		const e = all.find((e) => text(e) === l) ?? all.find((e) => text(e).startsWith(l));
		return e && !e.disabled && !e.classList.contains('busy') ? e : undefined;
	})(%s)`, quote(label)))
}

// Messages are the texts of the open chat, the oldest first.
func (p *Page) Messages() []string {
	p.t.Helper()
	return Eval[[]string](p, `[...document.querySelectorAll('[data-testid=message]')].map((m) => (m.querySelector('[data-testid=text]') ?? m).textContent)`)
}

// Last is the text of the newest message of the open chat.
func (p *Page) Last() string {
	p.t.Helper()
	all := p.Messages()
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

const messageHas = `[...document.querySelectorAll('[data-testid=message]')].some((m) => m.textContent.includes(%s))`

// WaitText waits until a message of the open chat has this text in it.
func (p *Page) WaitText(part string) {
	p.t.Helper()
	p.Wait("a message with "+part, fmt.Sprintf(messageHas, quote(part)))
}

// WaitGone waits until no message of the open chat has this text in it.
func (p *Page) WaitGone(part string) {
	p.t.Helper()
	p.Wait("no message with "+part, "!"+fmt.Sprintf(messageHas, quote(part)))
}

// WaitToast waits for a short text above the chat, and takes it away.
func (p *Page) WaitToast(part string) {
	p.t.Helper()
	toast := fmt.Sprintf(`[...document.querySelectorAll('[data-testid=toast]')].find((e) => e.textContent.includes(%s))`, quote(part))
	p.Wait("a toast with "+part, toast)
	Eval[bool](p, fmt.Sprintf(`(() => { (%s)?.remove(); return true; })()`, toast))
}

// WaitAlert waits for an alert and closes it.
func (p *Page) WaitAlert(part string) {
	p.t.Helper()
	p.Wait("an alert with "+part, fmt.Sprintf(`document.querySelector('[data-testid=alert]')?.textContent.includes(%s)`, quote(part)))
	Eval[bool](p, `(() => { document.querySelector('[data-testid=alert]').close(); return true; })()`)
}

// Panel opens the control panel when it is closed.
func (p *Page) Panel() {
	p.t.Helper()
	if !Eval[bool](p, `document.getElementById('app').classList.contains('panel-open')`) {
		p.Click("panel-toggle")
		p.Wait("the control panel", `document.getElementById('app').classList.contains('panel-open')`)
	}
}

// MoveToMorning moves the clock to the next 08:00 in Almaty, by the panel's button.
func (p *Page) MoveToMorning() {
	p.t.Helper()
	p.Panel()
	p.Click("clock-morning")
	p.Wait("the clock to say 08:00", `document.querySelector('[data-testid=clock]').textContent.startsWith('08:00')`)
}

// MoveClock moves the clock to a local time in Almaty, such as "2026-11-24T18:30".
func (p *Page) MoveClock(local string) {
	p.t.Helper()
	p.Panel()
	Eval[bool](p, fmt.Sprintf(`(() => { document.querySelector('[data-testid=clock-input]').value = %s; return true; })()`, quote(local)))
	p.Click("clock-set")
	_, hm, _ := strings.Cut(local, "T")
	p.Wait("the clock to say "+hm, fmt.Sprintf(`document.querySelector('[data-testid=clock]').textContent.startsWith(%s)`, quote(hm)))
}

// PublishStory brings out a story of the newsroom, by the panel's button.
func (p *Page) PublishStory() {
	p.t.Helper()
	p.Panel()
	p.Click("publish")
}

// RatesMode makes the national bank behave in a mode of the panel's list.
func (p *Page) RatesMode(mode string) {
	p.t.Helper()
	p.Panel()
	p.choose("rates-mode", mode)
}

// AppLanguage changes the language of this person's app; "" is none.
func (p *Page) AppLanguage(lang string) {
	p.t.Helper()
	p.Panel()
	p.choose("language", lang)
}

// PageLanguage changes the language of the page itself.
func (p *Page) PageLanguage(lang string) {
	p.t.Helper()
	p.choose("ui-language", lang)
}

func (p *Page) choose(testID, value string) {
	p.t.Helper()
	Eval[bool](p, fmt.Sprintf(`(() => {
		const s = document.querySelector('[data-testid=%s]');
		s.value = %s;
		s.dispatchEvent(new Event('change', {bubbles: true}));
		return true;
	})()`, quote(testID), quote(value)))
}

// Violations are what the bot's calls had that Bot API has not, by the page's log.
func (p *Page) Violations() []string {
	p.t.Helper()
	return Eval[[]string](p, `[...document.querySelectorAll('[data-testid=call] ul.bad li')].map((e) => e.textContent)`)
}

// Screenshot writes what the page shows as a PNG file.
func (p *Page) Screenshot(path string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatalf("screenshot: %v", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatalf("screenshot: %v", err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		p.t.Fatalf("screenshot: %v", err)
	}
}
