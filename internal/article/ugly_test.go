package article

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Texts that the pages below are made of.
var (
	uglyRussian = []string{
		"Движение по мосту через Иртыш открыли в понедельник утром, сообщает городской акимат. Ремонт продолжался два года и обошёлся бюджету в 4,2 млрд тенге.",
		"По словам главного инженера проекта, мост рассчитан на шестьдесят лет службы и выдержит нагрузку в двенадцать баллов. «Мы сделали всё, что обещали», — сказал он.",
		"На мосту появились две дополнительные полосы, велодорожка и новое освещение. Скорость ограничили до шестидесяти километров в час.",
		"В акимате добавили, что осенью начнётся ремонт подъездной дороги. На него выделят ещё восемьсот миллионов тенге.",
	}
	uglyMore = []string{ // of the same article
		"Мост пережил три паводка и один ледоход, который снёс временные опоры и задержал рабочих на полтора месяца, вспоминают строители.",
		"Движение грузовиков разрешат не сразу: сначала пройдут испытания, для которых на середину пролёта поставят двадцать гружёных самосвалов.",
		"Старую переправу закроют через год, а паром, который возил по ней жителей левого берега, передадут музею речного флота.",
	}
	uglyKazakh = []string{
		"Ертіс арқылы өтетін көпір дүйсенбі күні таңертең ашылды, деп хабарлайды қала әкімдігі. Жөндеу жұмыстары екі жылға созылып, бюджетке 4,2 млрд теңгеге түсті.",
		"Жобаның бас инженерінің айтуынша, көпір алпыс жыл қызмет етуге есептелген және он екі балдық жүктемеге төтеп береді. «Біз уәде еткеннің бәрін орындадық», — деді ол.",
		"Көпірде қосымша екі жолақ, велосипед жолы және жаңа жарық пайда болды. Жылдамдық сағатына алпыс километрмен шектелді.",
		"Әкімдік күзде кіреберіс жолды жөндеу басталатынын қосты. Оған тағы сегіз жүз миллион теңге бөлінеді.",
	}
	uglyEnglish = []string{
		"The bridge over the Irtysh opened to traffic on Monday morning, the city council said. The repair took two years and cost the budget 4.2 billion tenge.",
		"According to the chief engineer of the project, the bridge will serve for sixty years and withstand an earthquake of magnitude eight. \"We have done all that we promised,\" he said.",
		"The bridge has two more lanes, a cycle path and new lights. The speed limit is sixty kilometres an hour.",
		"The council added that the repair of the approach road would begin in autumn. Another eight hundred million tenge will be spent on it.",
	}
)

func ps(texts []string) string { return "<p>" + strings.Join(texts, "</p>\n<p>") + "</p>" }

// uglyPage puts a body between the furniture of a news site.
func uglyPage(lang, title, body string) string {
	return `<!DOCTYPE html><html lang="` + lang + `"><head><meta charset="utf-8"><title>` + title + ` | Dala News</title><meta property="og:site_name" content="Dala News"><meta property="og:type" content="article">
<meta property="og:title" content="` + title + `"><meta property="article:published_time" content="2026-11-02T09:30:00+05:00"></head><body>
<header><a href="/"><img src="/logo.png" alt="Dala News"></a><nav><ul><li><a href="/politics">Саясат</a></li><li><a href="/sport">Спорт</a></li><li><a href="/world">World</a></li></ul></nav></header>` +
		body + `
<footer><p>© 2026 Dala News. Все права защищены. Использование материалов разрешается со ссылкой на источник.</p><ul><li><a href="/about">О нас</a></li><li><a href="/ads">Реклама</a></li></ul></footer></body></html>`
}

// TestUglyPages reads pages that are hard to read, each in one way, and says what a reader must get.
func TestUglyPages(t *testing.T) {
	const ru, kk, en = "Мост через Иртыш открыли для движения", "Ертіс көпірі қозғалысқа ашылды", "Irtysh bridge opens to traffic"
	related := `<div class="related"><a href="/1"><img src="/1.jpg" alt="">В Семее открыли новую школу на тысячу мест</a><a href="/2">Синоптики обещают морозы до тридцати градусов</a><a href="/3">Курс доллара на вторник, 3 ноября</a></div>`
	for _, tt := range []struct {
		name, page string
		want       []string
	}{
		{"short news", uglyPage("ru", ru, `<main><article><h1>`+ru+`</h1><div class="meta"><time datetime="2026-11-02">2 ноября 2026, 09:30</time> <span class="author">Асель Нурланова</span></div>`+ps(uglyRussian[:1])+`</article></main><aside>`+related+`</aside>`),
			uglyRussian[:1]},
		{"short Kazakh news", uglyPage("kk", kk, `<div class="content"><h1>`+kk+`</h1><div class="date">2 қараша 2026</div><div class="text">`+ps(uglyKazakh[:2])+`</div><div class="tags"><a href="/t/1">көпір</a><a href="/t/2">Ертіс</a></div></div>`),
			uglyKazakh[:2]},
		{"a lead beside the text", uglyPage("ru", ru, `<article><h1>`+ru+`</h1><div class="lead">`+uglyRussian[0]+`</div><div class="article-body">`+ps(uglyRussian[1:])+`</div></article>`),
			uglyRussian},
		{"pictures with captions and authors", uglyPage("en", en, `<article><h1>`+en+`</h1><p class="byline">By Asel Nurlanova</p><figure><img src="/a.jpg" width="800" height="500"><figcaption>The bridge on Monday. Photo: City council</figcaption></figure>`+ps(uglyEnglish[:2])+
			`<div class="wp-caption"><img src="/b.jpg"><p class="wp-caption-text">Cars on the bridge</p></div>`+ps(uglyEnglish[2:])+`</article>`),
			uglyEnglish},
		{"a caption that is a div", uglyPage("ru", ru, `<article><h1>`+ru+`</h1><div class="photo"><img src="/a.jpg" width="800"><div class="photo__caption">Фото: пресс-служба акимата</div></div>`+ps(uglyRussian)+`</article>`),
			uglyRussian},
		{"captions that are divs of many names", uglyPage("en", en, `<article><h1>`+en+`</h1><div class="media"><img src="/a.jpg" width="800"><span class="image-credit">City council / Handout</span></div>`+ps(uglyEnglish[:2])+`<figure><video src="/v.mp4"></video><figcaption>The first cars cross the bridge</figcaption></figure>`+ps(uglyEnglish[2:])+`</article>`),
			uglyEnglish},
		{"related stories in the midst", uglyPage("ru", ru, `<article><h1>`+ru+`</h1>`+ps(uglyRussian[:2])+`<div class="read-also"><span>Читайте также:</span><a href="/1">В Семее открыли новую школу на тысячу мест</a></div>`+ps(uglyRussian[2:3])+
			`<p><strong><a href="/2">Читайте также: Синоптики обещают морозы до тридцати градусов</a></strong></p>`+ps(uglyRussian[3:])+`</article>`),
			uglyRussian},
		{"Kazakh related stories in the midst", uglyPage("kk", kk, `<article><h1>`+kk+`</h1>`+ps(uglyKazakh[:2])+`<p>Оқи отырыңыз: <a href="/1">Семейде мың орындық жаңа мектеп ашылды</a></p>`+ps(uglyKazakh[2:])+`</article>`),
			uglyKazakh},
		{"subscribe, share and tags at the end", uglyPage("ru", ru, `<article><h1>`+ru+`</h1>`+ps(uglyRussian)+`<p>Наши новости теперь в WhatsApp! Подписывайтесь на канал</p><div class="share"><span>Поделиться</span><a href="https://vk.com/share">VK</a><a href="https://t.me/share">Telegram</a></div><ul class="tags"><li><a href="/t/most">мост</a></li><li><a href="/t/irtysh">Иртыш</a></li></ul></article>`),
			uglyRussian},
		{"tags glued to the text", uglyPage("ru", ru, `<article><h1>`+ru+`</h1>`+ps(uglyRussian[:3])+`<p>`+uglyRussian[3]+`Наши новости теперь в WhatsApp! Подписывайтесь на канал<a href="/t/1">мост</a><a href="/t/2">Иртыш</a></p></article>`),
			uglyRussian},
		{"English newsletter in the midst", uglyPage("en", en, `<article><h1>`+en+`</h1>`+ps(uglyEnglish[:2])+`<div class="newsletter-signup"><h3>Sign up for our morning newsletter</h3><p>Get the day's top stories in your inbox every morning at seven.</p><form><input type="email"><button>Subscribe</button></form></div>`+ps(uglyEnglish[2:])+`</article>`),
			uglyEnglish},
		{"a cookie banner", uglyPage("en", en, `<div id="cookie-banner" role="dialog"><p>We and our 847 partners use cookies to store and access personal data on your device. By clicking Accept you agree to the use of cookies as described in our policy and in the settings.</p><button>Accept</button></div><article><h1>`+en+`</h1>`+ps(uglyEnglish)+`</article>`),
			uglyEnglish},
		{"comments", uglyPage("ru", ru, `<article><h1>`+ru+`</h1>`+ps(uglyRussian)+`</article><section id="comments"><h2>Комментарии (2)</h2><div class="comment"><b>Ержан</b><p>Наконец-то достроили, а то стояли в пробках по два часа каждый день, спасибо строителям!</p></div><div class="comment"><b>Гость</b><p>А у нас во дворе до сих пор фонарь не горит, напишите лучше об этом, уважаемая редакция.</p></div></section>`),
			uglyRussian},
		{"a second article that scrolling brings", uglyPage("ru", ru, `<div class="feed"><article class="news"><h1 class="title">`+ru+`</h1>`+ps(uglyRussian)+`</article><article class="news"><h1 class="title">В Семее открыли новую школу</h1><p>Школу на тысячу двести мест открыли в Семее первого сентября. Её строили полтора года на деньги города.</p><p>В школе есть бассейн, мастерские и зимний сад, рассказал директор. Учиться будут в две смены.</p><p>Ещё две школы в городе обещают сдать к следующему учебному году, одна из них будет казахской.</p></article></div>`),
			uglyRussian},
		{"AMP", `<!doctype html><html amp lang="en"><head><meta charset="utf-8"><title>` + en + `</title><link rel="canonical" href="https://dala.example/news/1"><script async src="https://cdn.ampproject.org/v0.js"></script></head><body><amp-sidebar id="s" layout="nodisplay"><ul><li><a href="/">Home</a></li></ul></amp-sidebar><article><h1>` + en + `</h1><amp-img src="/a.jpg" width="800" height="500"></amp-img>` + ps(uglyEnglish[:2]) + `<amp-ad type="x" width="300" height="250"><div placeholder>Advertisement</div></amp-ad>` + ps(uglyEnglish[2:]) + `</article></body></html>`,
			uglyEnglish},
		{"a paywall under the beginning", uglyPage("en", en, `<article><h1>`+en+`</h1>`+ps(uglyEnglish[:2])+`<div class="paywall"><h3>Continue reading with a subscription</h3><p>Subscribe to read the full story. Already a subscriber? Log in.</p><a href="/subscribe">Subscribe now</a></div></article>`),
			uglyEnglish[:2]},
		{"quotes", uglyPage("ru", ru, `<article><h1>`+ru+`</h1>`+ps(uglyRussian[:1])+`<blockquote><p>`+uglyRussian[1]+`</p></blockquote>`+ps(uglyRussian[2:])+`</article>`),
			uglyRussian},
		{"a list and headings", uglyPage("ru", ru, `<article><h1>`+ru+`</h1>`+ps(uglyRussian[:2])+`<h2>Что изменилось</h2><ul><li>две дополнительные полосы;</li><li>велодорожка;</li><li>новое освещение.</li></ul>`+ps(uglyRussian[2:])+`</article>`),
			append(append(append([]string{}, uglyRussian[:2]...), "Что изменилось", "две дополнительные полосы;", "велодорожка;", "новое освещение."), uglyRussian[2:]...)},
		{"a table", uglyPage("kk", kk, `<article><h1>`+kk+`</h1>`+ps(uglyKazakh[:2])+`<table><tr><th>Жыл</th><th>Шығын, млрд теңге</th></tr><tr><td>2025</td><td>2,1</td></tr><tr><td>2026</td><td>2,1</td></tr></table>`+ps(uglyKazakh[2:])+`</article>`),
			append(append(append([]string{}, uglyKazakh[:2]...), "Жыл | Шығын, млрд теңге", "2025 | 2,1", "2026 | 2,1"), uglyKazakh[2:]...)},
		{"a live blog", uglyPage("en", en, `<article class="liveblog"><h1>`+en+`</h1><p>`+uglyEnglish[0]+`</p><div class="update"><time>10:30</time><h3>First cars cross</h3><p>`+uglyEnglish[1]+`</p></div><div class="update"><time>09:45</time><h3>Ribbon is cut</h3><p>`+uglyEnglish[2]+`</p></div><div class="update"><time>09:30</time><h3>Crowd gathers</h3><p>`+uglyEnglish[3]+`</p></div></article>`),
			[]string{uglyEnglish[0], "First cars cross", uglyEnglish[1], "Ribbon is cut", uglyEnglish[2], "Crowd gathers", uglyEnglish[3]}},
		{"a gallery", uglyPage("ru", ru, `<article><h1>`+ru+`</h1>`+ps(uglyRussian[:2])+`<div class="gallery"><figure><img src="/1.jpg"><figcaption>Мост утром</figcaption></figure><figure><img src="/2.jpg"><figcaption>Мост вечером</figcaption></figure></div></article>`),
			uglyRussian[:2]},
		{"text in JSON-LD alone", `<html lang="ru"><head><title>` + ru + `</title><script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":"` + ru + `","articleBody":"` + strings.Join(uglyRussian, `\n\n`) + `"}</script></head><body><div id="app"></div><noscript>Включите JavaScript</noscript></body></html>`,
			uglyRussian},
		{"text in an application's data alone", `<html lang="kk"><head><title>` + kk + `</title></head><body><div id="__next"></div><script id="__NEXT_DATA__" type="application/json">{"props":{"pageProps":{"post":{"id":17,"title":"` + kk + `","slug":"kopir","content":"<p>` + strings.Join(uglyKazakh, `</p><p>`) + `</p>","author":{"name":"Асель"}},"latest":[{"title":"Семейде мектеп ашылды","content":"<p>Қысқаша.</p>"}]}},"page":"/news/[slug]"}</script></body></html>`,
			uglyKazakh},
		{"a teaser in the page, the text in its JSON-LD", uglyPage("ru", ru, `<script type="application/ld+json">{"@type":"NewsArticle","headline":"`+ru+`","articleBody":"`+strings.Join(uglyRussian, `\n`)+`"}</script><article><h1>`+ru+`</h1>`+ps(uglyRussian[:1])+`<a href="#">Читать далее</a></article>`),
			uglyRussian},
		{"a long beginning in the page, the text in its JSON-LD", uglyPage("ru", ru, `<script type="application/ld+json">{"@type":"NewsArticle","headline":"`+ru+`","articleBody":"`+strings.Join(append(append([]string{}, uglyRussian...), uglyMore...), `\n`)+`"}</script><article><h1>`+ru+`</h1>`+ps(uglyRussian[:2])+`<a href="#">Читать далее</a></article>`),
			append(append([]string{}, uglyRussian...), uglyMore...)},
		{"source and byline at the end", uglyPage("ru", ru, `<article><h1>`+ru+`</h1>`+ps(uglyRussian)+`<p>Фото: КазТАГ/©Иван Петров</p><p class="author">Автор: Асель Нурланова</p></article>`),
			uglyRussian},
		{"letters in capitals above", uglyPage("ru", ru, `<article><div class="rubric"><a href="/society">ОБЩЕСТВО</a></div><h1>`+ru+`</h1><div class="info">2 ноября 2026, 09:30 <span>1 245 просмотров</span></div>`+ps(uglyRussian)+`</article>`),
			uglyRussian},
		{"widgets of rates", uglyPage("ru", ru, `<div class="rates"><span>USD/KZT 0.0</span><span>EUR/KZT 0.0</span></div><article><h1>`+ru+`</h1>`+ps(uglyRussian)+`</article>`),
			uglyRussian},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := newExtractor().Extract(t.Context(), []byte(tt.page), "text/html; charset=utf-8", "https://dala.example/news/1")
			if err != nil {
				t.Fatal(err)
			}
			if a.Title != ru && a.Title != kk && a.Title != en {
				t.Errorf("title %q", a.Title)
			}
			if diff := cmp.Diff(tt.want, strings.Split(a.Text(), "\n\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHomePath(t *testing.T) {
	for path, want := range map[string]bool{
		"": true, "/": true, "/index.php": true, "/kk": true, "/kaz/": true, "/es/": true, "/en-us/": true, "/de/news/": true, "/EN/index.html": true,
		"/mynews": false, "/es/123": false, "/news/1": false, "/sport/": false,
	} {
		if homePath.MatchString(path) != want {
			t.Errorf("%q is a front page's: %v", path, !want)
		}
	}
}

// TestWalls reads what sites answer with in an article's place, and the articles that look like it.
func TestWalls(t *testing.T) {
	const title = "Мост через Иртыш открыли для движения"
	teaser := func(i string) string {
		return `<div class="news-item"><a href="/news/` + i + `"><img src="/` + i + `.jpg"></a><h3><a href="/news/` + i + `">В Семее открыли новую школу на тысячу мест, уже ` + i + `-ю</a></h3><p>Школу строили полтора года на деньги города, в ней есть бассейн и зимний сад, сообщает акимат области.</p><span>10:` + i + `</span></div>`
	}
	var teasers strings.Builder
	for _, i := range []string{"11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22"} {
		teasers.WriteString(teaser(i))
	}
	head := func(extra string) string {
		return `<!DOCTYPE html><html lang="ru"><head><meta charset="utf-8"><meta property="og:site_name" content="Dala News">` + extra + `</head><body><nav><a href="/">Главная</a><a href="/login">Войти</a></nav>`
	}
	home := head(`<title>Dala News — новости Казахстана</title><meta property="og:type" content="website"><meta property="og:url" content="https://dala.example/"><link rel="canonical" href="https://dala.example/"><script type="application/ld+json">{"@type":"WebSite","name":"Dala News","url":"https://dala.example/"}</script>`) +
		`<main><h2>Главные новости</h2>` + teasers.String() + `</main></body></html>`
	// A front page of a few stories: but for its address it could be an article.
	spanish := head(`<title>Dala News — noticias</title><link rel="canonical" href="https://dala.example/es/">`) + "<main>" + teaser("11") + teaser("12") + teaser("13") + teaser("14") + "</main></body></html>"
	article := "<article><h1>" + title + "</h1>" + ps(uglyRussian) + "</article>"
	for _, tt := range []struct {
		name, address, contentType, page string
		want                             error
	}{
		{"Cloudflare", "", "", `<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title><meta name="robots" content="noindex,nofollow"></head><body><div class="main-wrapper"><div class="main-content"><noscript><span id="challenge-error-text">Enable JavaScript and cookies to continue</span></noscript></div></div><script>(function(){window._cf_chl_opt={cType:'managed'};})();</script></body></html>`, ErrChallenge},
		{"Cloudflare in Russian", "", "", `<html lang="ru"><head><title>Один момент…</title></head><body><h1>dala.example</h1><p>Проверяем, что вы человек. Это может занять несколько секунд.</p><p>Прежде чем продолжить, dala.example необходимо проверить безопасность вашего подключения.</p></body></html>`, ErrChallenge},
		{"Cloudflare's block", "", "", `<html><head><title>Attention Required! | Cloudflare</title></head><body><h1>Sorry, you have been blocked</h1><h2>You are unable to access dala.example</h2><p>This website is using a security service to protect itself from online attacks. The action you just performed triggered the security solution. There are several actions that could trigger this block including submitting a certain word or phrase, a SQL command or malformed data.</p><p>You can email the site owner to let them know you were blocked.</p></body></html>`, ErrChallenge},
		{"DDoS-Guard", "", "", `<html><head><title>DDoS-Guard</title><script src="/.well-known/ddos-guard/js-challenge/index.js"></script></head><body><h1>Checking your browser before accessing dala.example</h1></body></html>`, ErrChallenge},
		{"a check of the browser", "", "", `<html><head><title>Проверка браузера</title></head><body><p>Проверка браузера перед переходом на сайт. Это займёт не более пяти секунд, после чего вы будете перенаправлены.</p></body></html>`, ErrChallenge},
		{"a check of the browser, in Kazakh", "", "", `<html><head><title>dala.example</title></head><body><p>Робот еместігіңізді растаңыз</p><form><input name="code"></form></body></html>`, ErrChallenge},
		{"a captcha", "", "", `<html><head><title>Ой!</title></head><body><h1>Подтвердите, что запросы отправляли вы, а не робот</h1><p>Нам очень жаль, но запросы с вашего устройства похожи на автоматические.</p><div class="smart-captcha"></div></body></html>`, ErrChallenge},
		{"a captcha under the site's name", "", "", `<html><head><title>Dala News</title><script src="https://www.google.com/recaptcha/api.js"></script></head><body><form><div class="g-recaptcha"></div><button>Продолжить</button></form></body></html>`, ErrChallenge},
		{"a cookie that a script sets", "", "", `<html><body><script src="/aes.js"></script><script>function toNumbers(d){return d}document.cookie="__test="+slowAES.decrypt(c,2,a,b);location.href="https://dala.example/news/1?i=1";</script></body></html>`, ErrChallenge},
		{"an article on robots", "", "", head("<title>Вы не робот? Как сайты проверяют людей</title>") + "<article><h1>Вы не робот? Как сайты проверяют людей</h1>" + ps(uglyRussian) + "<p>Проверка браузера и captcha раздражают всех.</p></article>", nil},
		{"a riddle under an article, for comments", "", "", head("<title>"+title+"</title>") + article + `<form><textarea></textarea><div class="g-recaptcha"></div></form>`, nil},
		{"a form to log in", "", "", head("<title>Вход на сайт</title>") + `<form><p>Чтобы читать материалы, войдите или зарегистрируйтесь.</p><input name="login"><input type="password"></form></body></html>`, ErrLogin},
		{"a form to log in where one was sent", "https://dala.example/account/login?next=/news/1", "", head("<title>Dala News</title>") + `<p>Введите номер телефона, на него придёт код.</p><input name="phone"></body></html>`, ErrLogin},
		{"a form to log in, in Kazakh", "", "", head("<title>Жүйеге кіру | Dala News</title>") + `<form><p>Оқуды жалғастыру үшін кіріңіз.</p><input type="password"></form></body></html>`, ErrLogin},
		{"a form to log in above an article", "", "", head("<title>"+title+"</title>") + `<form><input name="login"><input type="password"></form>` + article, nil},
		{"a page that is gone", "", "", head("<title>Страница не найдена | Dala News</title>") + `<h1>404</h1><p>К сожалению, такой страницы нет: возможно, она была удалена или вы ошиблись, когда набирали её адрес в строке браузера.</p></body></html>`, ErrMissing},
		{"a page that is gone, in Kazakh", "", "", head("<title>Dala News</title>") + `<h1>Бет табылмады</h1><p>Кешіріңіз, сіз іздеген бет жойылған немесе оның мекенжайы өзгерген болуы мүмкін.</p></body></html>`, ErrMissing},
		{"the front page", "https://dala.example/", "", home, ErrList},
		{"the front page under an article's address", "", "", home, ErrList},
		{"the front page from a file", "-", "", home, ErrList},
		{"the front page in Spanish", "https://dala.example/es/", "", spanish, ErrList},
		{"a list of a topic", "https://dala.example/society", "", head(`<title>Общество — Dala News</title><meta property="og:type" content="website">`) + "<h1>Общество</h1>" + teasers.String(), ErrList},
		{"a list of links", "https://dala.example/last", "", head(`<title>Последние новости</title>`) + "<main><ul>" + strings.ReplaceAll(strings.ReplaceAll(teasers.String(), "h3>", "li>"), "p>", "s>") + "</ul></main>", ErrList},
		{"an article that calls itself the front page", "", "", head("<title>"+title+`</title><meta property="og:type" content="website"><link rel="canonical" href="https://dala.example/">`) + article, nil},
		{"an article at a site's root", "https://dala.example/?p=17", "", head("<title>"+title+"</title>") + article, nil},
		{"an article above many others", "", "", head("<title>"+title+"</title>") + article + teasers.String(), nil},
		{"text", "", "", strings.Join(uglyRussian, "\n\n"), ErrNotHTML},
		{"text that is said to be text", "", "text/plain; charset=utf-8", strings.Join(uglyRussian, "\n\n"), ErrNotHTML},
		{"a page that is said to be text", "", "text/plain", head("<title>"+title+"</title>") + article, nil},
		{"text with signs", "", "", "Если a<b и b>c, то a < c; <ok> " + strings.Join(uglyRussian, "\n"), ErrNotHTML},
		{"data", "", "", `{"title":"` + title + `","body":"` + uglyRussian[0] + `"}`, ErrNotHTML},
		{"a feed", "", "", `<?xml version="1.0"?><rss><channel><item><title>` + title + `</title><description>&lt;p&gt;` + uglyRussian[0] + `</description></item></channel></rss>`, ErrNotHTML},
		{"no article at all", "https://dala.example/about", "", head("<title>Контакты</title>") + `<h1>Контакты</h1><ul><li><a href="tel:1">+7 727 000 00 00</a></li></ul>`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			address := tt.address
			switch address {
			case "":
				address = "https://dala.example/news/1"
			case "-":
				address = ""
			}
			a, err := newExtractor().Extract(t.Context(), []byte(tt.page), tt.contentType, address)
			if tt.name == "no article at all" {
				if err == nil && len([]rune(a.Text())) > 60 {
					t.Errorf("read as %q", a.Text())
				}
				return
			}
			if tt.want == nil && (err != nil || !strings.Contains(a.Text(), uglyRussian[0]) || !strings.Contains(a.Text(), uglyRussian[3])) {
				t.Errorf("%v, %q", err, a.Text())
			}
			if tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("%v, %q", err, a.Text())
			}
		})
	}
}
