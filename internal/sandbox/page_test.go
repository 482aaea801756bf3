package sandbox_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"newsbot/internal/sandbox"
	"newsbot/internal/sandbox/pagetest"
)

// open runs a sandbox with the reader's bot and opens its page.
func open(t *testing.T) (*sandbox.Sandbox, *pagetest.Page) {
	t.Helper()
	s := start(t, sandbox.Options{})
	b := runBot(t, s, readerBot(pictureOf(t, s)))
	b.must("setMyCommands", object{"commands": []object{{"command": "news", "description": "Latest news"}, {"command": "keys", "description": "A keyboard"}}}, nil)
	return s, pagetest.Open(t, s.URL())
}

func shoot(t *testing.T, p *pagetest.Page, name string) {
	t.Helper()
	if dir := shots(); dir != "" {
		p.Screenshot(filepath.Join(dir, name+".png"))
	}
}

func TestPageReadsAnArticle(t *testing.T) {
	_, p := open(t)
	p.Start()
	p.WaitText("Welcome! Try /news")
	p.Say("/news")
	p.WaitText("News of today")

	p.Press("1")
	p.WaitText("Water rises in Balkhash")
	p.WaitGone("News of today")
	p.Wait("the note that it was edited", `document.querySelector('[data-testid=edited]')`)
	p.Wait("the picture", `document.querySelector('[data-testid=photo] img')?.naturalWidth > 100`)
	p.Wait("no waiting button", `!document.querySelector('.key.busy')`)
	if top := pagetest.Eval[string](p, `document.querySelector('.bubble:has(.photo)').firstElementChild.dataset.testid`); top != "photo" {
		t.Errorf("the picture should stand above the text; first is %q", top)
	}
	if href := pagetest.Eval[string](p, `document.querySelector('a.key').href`); href != "https://example.kz/story" {
		t.Errorf("the URL button leads to %q", href)
	}
	shoot(t, p, "article")

	p.Press("Back")
	p.WaitText("News of today")
	p.Press("2")
	p.WaitToast("That story is gone")
	p.Press("Alert")
	p.WaitAlert("Mind the gap")
	p.Press("Delete")
	p.WaitGone("News of today")
	p.WaitText("Welcome!")
}

// TestPageButtonsShowTheirLabels looks at a keyboard wider than the message above it.
func TestPageButtonsShowTheirLabels(t *testing.T) {
	s := start(t, sandbox.Options{})
	b := runBot(t, s, readerBot(pictureOf(t, s)))
	p := pagetest.Open(t, s.URL())
	p.Start()
	p.WaitText("Welcome!")
	b.must("sendMessage", object{"chat_id": sandbox.ReaderID, "text": "Тіл", "reply_markup": object{"inline_keyboard": [][]object{{
		{"text": "✓ Қазақша", "callback_data": "kk"}, {"text": "Русский", "callback_data": "ru"}, {"text": "En", "callback_data": "en"},
	}}}}, nil)
	p.WaitText("Тіл")
	p.Wait("the keyboard", `[...document.querySelectorAll('.key')].some((e) => e.textContent === 'En')`)
	if cut := pagetest.Eval[[]string](p, `[...document.querySelectorAll('.key span')].filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.textContent)`); len(cut) > 0 {
		t.Errorf("labels are cut off: %q", cut)
	}
}

func TestPageShowsHostileTextAsText(t *testing.T) {
	_, p := open(t)
	p.Start()
	p.WaitText("Welcome!")
	p.Say("/news")
	p.WaitText(hostile)
	if n := pagetest.Eval[int](p, `document.querySelectorAll('.text img, .text script').length`); n != 0 {
		t.Errorf("a title made %d elements of its own", n)
	}
	if title := pagetest.Eval[string](p, `document.title`); strings.Contains(title, "owned") {
		t.Error("a title ran as a script")
	}
}

func TestPageSendsFormattedText(t *testing.T) {
	s, p := open(t)
	p.Start()
	p.WaitText("Welcome!")
	p.Say("Read **this** and ||not that||, `x < y`")
	p.WaitText("You said: Read this and not that, x < y")
	var types []string
	for _, m := range s.Emulator().Messages(sandbox.ReaderID) {
		if strings.HasPrefix(m.Text, "Read this") {
			for _, e := range m.Entities {
				types = append(types, e.Type)
			}
		}
	}
	if want := []string{"bold", "spoiler", "code"}; !slices.Equal(types, want) {
		t.Errorf("the message has the entities %v, want %v", types, want)
	}
	p.Wait("the spoiler to hide", `document.querySelector('.spoiler:not(.open)')`)
	pagetest.Eval[bool](p, `document.querySelector('.spoiler').click() ?? true`)
	p.Wait("the spoiler to open", `document.querySelector('.spoiler.open')`)
}

func TestPageAnswersAMessage(t *testing.T) {
	s, p := open(t)
	p.Start()
	p.WaitText("Welcome!")
	pagetest.Eval[bool](p, `document.querySelector('.message.in .bubble').dispatchEvent(new MouseEvent('dblclick', {bubbles: true}))`)
	p.Say("Thanks")
	p.WaitText("You said: Thanks")
	all := s.Emulator().Messages(sandbox.ReaderID)
	i := slices.IndexFunc(all, func(m msg) bool { return m.Text == "Thanks" })
	if i < 0 || all[i].ReplyTo != all[1].ID {
		t.Errorf("the answer does not name the greeting: %+v", all[max(i, 0)])
	}
	if n := pagetest.Eval[int](p, `document.querySelectorAll('.quoted').length`); n != 1 {
		t.Errorf("%d messages show what they answer, want 1", n)
	}
}

func TestPageCommandsMenu(t *testing.T) {
	_, p := open(t)
	p.Start()
	p.WaitText("Welcome!")
	p.Click("menu")
	p.Wait("two commands", `document.querySelectorAll('[data-testid^=command-][role=option]').length === 2`)
	p.Click("menu")
	p.Type("/k")
	p.Wait("one command", `document.querySelectorAll('[role=option]').length === 1`)
	p.Key("\r")
	p.WaitText("Choose")
	p.Press("Second")
	p.WaitText("You said: Second")
	p.Wait("the one-time keyboard to leave", `document.querySelector('[data-testid=reply-keyboard]').hidden`)
}

func TestPageOfSeveralPeople(t *testing.T) {
	_, p := open(t)
	p.AsIn(sandbox.Reader2ID, sandbox.GroupID)
	p.Say("/news@" + sandbox.BotUsername)
	p.WaitText("News of today")
	p.AsIn(sandbox.EditorID, sandbox.GroupID)
	p.WaitText("/news@")
	p.Wait("Ivan's name above his message", `[...document.querySelectorAll('.sender')].some((e) => e.textContent.includes('Иван'))`)
	p.As(sandbox.ReaderID)
	p.Wait("a count of unread", `document.querySelector('[data-testid="chat-`+"-200100"+`"] [data-testid=unread]')`)
	p.Wait("an empty chat", `document.querySelector('[data-testid=empty]')`)
}

func TestPageControls(t *testing.T) {
	s, p := open(t)
	moved := make(chan struct{}, 4)
	s.OnMove(func() { moved <- struct{}{} })
	p.MoveToMorning()
	<-moved
	if at := s.Now().In(s.Zone()); at.Hour() != 8 || at.Minute() != 0 {
		t.Errorf("the clock says %s, want 08:00", at)
	}
	p.MoveClock(s.Now().In(s.Zone()).AddDate(0, 0, 1).Format("2006-01-02") + "T18:30")
	<-moved
	p.MoveClock(s.Now().In(s.Zone()).AddDate(0, 0, 1).Format("2006-01-02") + "T09:15")
	<-moved
	p.PublishStory()
	p.WaitToast("Published:")

	p.Start()
	p.WaitText("Welcome!")
	p.Say("/bad")
	p.WaitText("Sloppy")
	p.Wait("the violation in the log", `document.querySelector('[data-testid=violations]').classList.contains('bad')`)
	if v := p.Violations(); len(v) == 0 || !strings.Contains(v[0], "no_such_parameter") {
		t.Errorf("the log names %q", v)
	}
	shoot(t, p, "controls")

	p.Click("block")
	p.Wait("the way back", `document.querySelector('[data-testid=unblock]')?.offsetParent`)
	p.Click("unblock")
	p.Say("back again")
	p.WaitText("You said: back again")
	p.AppLanguage("ru")
	p.Wait("the language to be kept", `document.querySelector('[data-testid=language]').value === 'ru'`)
}

func TestPageDarkAndPhone(t *testing.T) {
	_, p := open(t)
	background := func() string {
		return pagetest.Eval[string](p, `getComputedStyle(document.getElementById('side')).backgroundColor`)
	}
	p.PreferDark(false)
	light := background()
	p.PreferDark(true)
	p.Wait("dark colours", `getComputedStyle(document.getElementById('side')).backgroundColor !== '`+light+`'`)
	shoot(t, p, "dark")
	p.Click("theme") // auto → light, whatever the system has
	if now := background(); now != light {
		t.Errorf("the light theme has %s, want %s", now, light)
	}

	p.Size(390, 844)
	p.As(sandbox.ReaderID)
	p.Start()
	p.WaitText("Welcome!")
	p.Say("/news")
	p.WaitText("News of today")
	p.Press("1")
	p.WaitText("Water rises")
	if over := pagetest.Eval[int](p, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
		t.Errorf("the page is %d px wider than the phone", over)
	}
	shoot(t, p, "phone")
	p.Click("back")
	p.Wait("the list of chats", `!document.getElementById('app').classList.contains('in-chat')`)
	p.Click("chat-1001")
	p.WaitText("Water rises")
}

func TestPageWordsAreWhole(t *testing.T) {
	_, p := open(t)
	pagetest.Eval[string](p, `(() => { const s = document.createElement('div'); s.id = 'probe'; document.body.append(s); import('/js/words.js').then((w) => { s.textContent = 'missing:' + w.missing().join(', '); }); return ''; })()`)
	p.Wait("the words", `document.getElementById('probe').textContent.startsWith('missing:')`)
	if missing := pagetest.Eval[string](p, `document.getElementById('probe').textContent`); missing != "missing:" {
		t.Error(missing)
	}
	for lang, word := range map[string]string{"kk": "Неден бастау керек", "ru": "С чего начать", "en": "What to try first"} {
		p.PageLanguage(lang)
		p.Wait("the page in "+lang, `document.body.innerText.includes('`+word+`')`)
		shoot(t, p, "first-"+lang)
	}
}

func TestPageShowsTheBotsProfile(t *testing.T) {
	s := start(t, sandbox.Options{})
	p := pagetest.Open(t, s.URL())
	p.Wait("an empty chat", `document.querySelector('[data-testid=empty]')`)
	b := runBot(t, s, func(*bot, update) {})
	b.must("setMyDescription", object{"description": "News and official rates", "language_code": "kk"}, nil)
	p.Wait("what the bot says of itself", `document.querySelector('[data-testid=empty]').textContent.includes('News and official rates')`)
}

func TestPageSurvivesARestart(t *testing.T) {
	s := start(t, sandbox.Options{})
	p := pagetest.Open(t, s.URL())
	p.Start()
	p.WaitText("/start")
	s.Close()
	p.Wait("the page to notice", `document.querySelector('[data-testid=offline].shown')`)
	again := start(t, sandbox.Options{Addr: strings.TrimPrefix(s.URL(), "http://")})
	p.Wait("a chat that was never begun", `document.querySelector('[data-testid=start]')?.offsetParent`)
	runBot(t, again, readerBot(pictureOf(t, again)))
	p.Start()
	p.WaitText("Welcome!")
}

func TestPageCatchesUp(t *testing.T) {
	s, p := open(t)
	p.Start()
	p.WaitText("Welcome!")
	// The stream of events breaks, as when a laptop sleeps, and meanwhile things happen.
	s.CutPages()
	p.Wait("the page to notice", `document.querySelector('[data-testid=offline].shown')`)
	if _, err := s.Emulator().Say(sandbox.ReaderID, sandbox.ReaderID, "said elsewhere"); err != nil {
		t.Fatal(err)
	}
	p.WaitText("You said: said elsewhere")
}
