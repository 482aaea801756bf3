package article

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// What may answer under an article's address with status 200 and is no article. They come wrapped, with what shows it.
var (
	ErrChallenge = errors.New("a check for robots stands before the page")
	ErrLogin     = errors.New("the page asks to log in")
	ErrMissing   = errors.New("the page says that there is none")
	ErrList      = errors.New("the home page or a list where an article was expected")
)

const (
	maxWall     = 1500 // characters that are seen on a page that is a wall
	maxNotFound = 1200 // characters of one that says that there is none
)

// challengeTitles are, in lower case, the titles of checks for robots. A * stands for any ending.
var challengeTitles = []string{"just a moment*", "attention required!*", "ddos-guard", "checking your browser*", "please wait... | cloudflare", "one more step*", "access denied*",
	"robot check", "are you a robot?*", "are you human?*", "human verification*", "security check*", "verify you are human*", "pardon our interruption*", "captcha*", "please verify you are a human*", "403 forbidden*",
	"проверка браузера*", "проверка безопасности*", "проверяем браузер*", "один момент*", "подождите*", "вы не робот?*", "ой!", "ой, капча!*", "подтвердите, что вы не робот*", "подтвердите, что запросы отправляли вы*",
	"доступ ограничен*", "доступ запрещен*", "доступ запрещён*", "защита от ddos*", "браузерді тексеру*", "қауіпсіздік тексеруі*", "сіз робот емессіз бе*", "сәл күте тұрыңыз*", "қолжетімділік шектелген*"}

// challengeMarks stand in the source of checks for robots and of no other page.
var challengeMarks = []string{"_cf_chl_opt", "cf-browser-verification", "challenge-error-text", "cf-challenge-running", "/cdn-cgi/challenge-platform/h/", "/.well-known/ddos-guard/", "ddos-guard.net", "js-challenge",
	"_incapsula_resource", "captcha-delivery.com", "px-captcha", "/showcaptcha", "smart-captcha", "smartcaptcha", "sgcaptcha", "__qrator", "qauth.js", "servicepipe.ru", "slowaes.decrypt", "tonumbers(", "bot-challenge", "anubis_challenge"}

// humanMarks are those of riddles, which forms on other pages have as well.
var humanMarks = []string{"g-recaptcha", "h-captcha", "cf-turnstile", "hcaptcha.com", "recaptcha/api.js", "challenges.cloudflare.com"}

// challengeWords are, in lower case, what checks for robots say.
var challengeWords = []string{"checking your browser", "verify you are human", "verify that you are human", "verifying you are human", "enable javascript and cookies to continue", "please complete the security check", "complete the captcha",
	"you are not a robot", "i'm not a robot", "performance & security by cloudflare", "sorry, you have been blocked", "ddos protection by", "review the security of your connection",
	"проверка браузера", "проверяем ваш браузер", "проверка вашего браузера", "вы не робот", "что вы человек", "введите символы с картинки", "введите код с картинки", "включите cookie", "включите javascript и cookie", "защита от ddos", "ваш запрос похож на автоматический",
	"браузеріңізді тексер", "робот еместігіңізді", "адам екеніңізді растаңыз", "суреттегі таңбаларды енгізіңіз"}

var loginTitles = []string{"вход", "войти*", "вход на сайт*", "вход в личный кабинет*", "авторизация*", "регистрация*", "login*", "log in*", "sign in*", "sign up*", "кіру*", "жүйеге кіру*", "тіркелу*", "авторландыру*"}

var missingTitles = []string{"404*", "ошибка 404*", "страница не найдена*", "page not found*", "not found*", "бет табылмады*", "бет табылған жоқ*", "материал не найден*", "новость не найдена*", "запись не найдена*", "жаңалық табылмады*", "ой! страница не найдена*"}

// loginPath is the path of a page that asks for a name and a password.
var loginPath = regexp.MustCompile(`(?i)/(?:login|signin|sign-in|log-in|auth|oauth|sso|account/login|user/login|wp-login\.php)/?$`)

// homePath is the path of a site's front page, in a language or without one.
var homePath = regexp.MustCompile(`(?i)^/?(?:(?:[a-z]{2}|kaz|rus|eng|qaz)(?:-[a-z]{2})?(?:/|$))?(?:index\.(?:html?|php)|home|main|news|novosti|zhanalyktar|lenta)?/?$`)

func titled(title string, patterns []string) bool {
	title = folded(title)
	return slices.ContainsFunc(patterns, func(p string) bool {
		start, open := strings.CutSuffix(p, "*")
		return title == p || open && strings.HasPrefix(title, start)
	})
}

// wall says which wall a page is, by its title, its source and the little that it shows; nil for pages that may be articles.
func wall(doc *html.Node, source []byte, base *url.URL) error {
	seen := survey(doc)
	if seen.text > maxWall {
		return nil
	}
	lower := bytes.ToLower(source)
	says := func(words []string) string {
		for _, w := range words {
			if strings.Contains(seen.words, w) {
				return w
			}
		}
		return ""
	}
	mark := func(marks []string) string {
		for _, m := range marks {
			if bytes.Contains(lower, []byte(m)) {
				return m
			}
		}
		return ""
	}
	said, strong, riddle := says(challengeWords), mark(challengeMarks), mark(humanMarks)
	thin := seen.prose < enoughText // an article on robots has paragraphs
	switch {
	case titled(seen.title, challengeTitles) && (thin || strong != "" || said != "" && seen.prose < 2*enoughText):
		return fmt.Errorf("%w: %q", ErrChallenge, shortened(seen.title))
	case strong != "" && thin:
		return fmt.Errorf("%w: its source has %q", ErrChallenge, strong)
	case said != "" && (thin || riddle != ""):
		return fmt.Errorf("%w: it says %q", ErrChallenge, said)
	case riddle != "" && thin && seen.links < 8 && !seen.password:
		return fmt.Errorf("%w: its source has %q", ErrChallenge, riddle)
	case seen.password && thin, thin && (titled(seen.title, loginTitles) || titled(seen.h1, loginTitles)), thin && base != nil && loginPath.MatchString(base.Path):
		return fmt.Errorf("%w: %q", ErrLogin, shortened(firstOf(seen.title, seen.h1)))
	case (titled(seen.title, missingTitles) || titled(seen.h1, missingTitles)) && seen.prose < maxNotFound:
		return fmt.Errorf("%w: %q", ErrMissing, shortened(firstOf(seen.h1, seen.title)))
	}
	return nil
}

func shortened(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

// seen is what a glance at a page shows.
type seen struct {
	title, h1 string
	words     string // what is to be read, in lower case, up to some thousands of characters
	text      int    // characters that are to be read outside of links
	prose     int    // of them those in paragraphs of some length
	links     int
	password  bool // there is a field for one
}

func survey(doc *html.Node) seen {
	const most = 4 * maxWall
	var s seen
	var words strings.Builder
	var walk func(n *html.Node, inLink, inForm bool)
	walk = func(n *html.Node, inLink, inForm bool) {
		if n.Type == html.TextNode {
			text := strings.TrimSpace(n.Data)
			size := utf8.RuneCountInString(text)
			if !inLink {
				s.text += size
				if size >= 80 && !inForm {
					s.prose += size
				}
			}
			if size > 0 && words.Len() < most {
				words.WriteString(strings.ToLower(strings.Join(strings.Fields(text), " ")) + " ")
			}
			return
		}
		if n.Type == html.ElementNode {
			switch n.Data {
			case "script", "style", "template", "svg":
				return
			case "title":
				if s.title == "" && n.Namespace == "" {
					s.title = clean(flat(textOf(n)))
				}
				return
			case "h1":
				if s.h1 == "" {
					s.h1 = clean(flat(textOf(n)))
				}
			case "a":
				s.links++
				inLink = true
			case "form":
				inForm = true
			case "input":
				s.password = s.password || strings.EqualFold(attr(n, "type"), "password")
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, inLink, inForm)
		}
	}
	walk(doc, false, false)
	s.words = words.String()
	return s
}
