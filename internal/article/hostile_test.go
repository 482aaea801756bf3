package article

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hostileLimit is the most of the processor's time that any page may cost.
const hostileLimit = 2 * time.Second

// processorTime is what this process has used of the processor.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestHostilePages reads pages of up to 2 MB that are made to take long.
func TestHostilePages(t *testing.T) {
	const words = "Слово и дело, дело и слово, и снова слово, и нет ему конца. "
	fill := func(s string, size int) string { return strings.Repeat(s, size/len(s)) }
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i, i)
		}
		return b.String()
	}
	in := func(body string) string {
		return "<html><head><title>Мост открыли</title></head><body><h1>Мост открыли</h1>" + body + "</body></html>"
	}
	for _, tt := range []struct{ name, page string }{
		{"nested elements", in(strings.Repeat("<b>", 100_000) + words)},
		{"nested divisions, closed", in(strings.Repeat("<div>", 100_000) + words + strings.Repeat("</div>", 100_000))},
		{"nested as deep as may be", in(strings.Repeat(strings.Repeat("<div>", 400)+"<p>"+words+strings.Repeat("</div>", 400), 100))},
		{"nested formatting", in(strings.Repeat("<b><i><p>"+words, 10_000))},
		{"a million attributes", in("<p " + many(130_000, ` a%d="%d"`) + ">" + words + "</p>")},
		{"attributes everywhere", in(strings.Repeat("<p "+many(20, ` a%d="%d"`)+">"+words+"</p>", 4_000))},
		{"paragraphs", in(fill("<p>"+words+"</p>", maxPage))},
		{"different paragraphs", in(many(11_000, "<p>Слово %d и дело, дело и слово, и снова слово %d, и нет ему конца, сказал он.</p>"))},
		{"short paragraphs", in(fill("<p>а</p>", 600_000))},
		{"divisions", in(fill("<div>"+words+"</div>", maxPage))},
		{"breaks", in("<div>" + fill("а<br><br>", 500_000) + "</div>")},
		{"spans", in("<p>" + fill("<span>слово </span>", 1_000_000) + "</p>")},
		{"links", in("<p>" + many(20_000, `<a href="/%d">слово %d</a> `) + "</p>")},
		{"a list", in("<ul>" + many(30_000, "<li>слово %d и дело %d") + "</ul>")},
		{"a table", in("<table>" + strings.Repeat("<tr>"+strings.Repeat("<td>слово", 20)+"</tr>", 2_500) + "</table>")},
		{"a wide table", in("<table><tr>" + strings.Repeat("<td>слово</td>", 50_000) + "</tr></table>")},
		{"tables in tables", in(strings.Repeat("<table><tr><td>"+words, 100))},
		{"one text", in("<p>" + fill(words, maxPage) + "</p>")},
		{"one word", in("<p>" + strings.Repeat("ы", maxPage/2) + "</p>")},
		{"spaces", in("<p>a" + strings.Repeat(" ", maxPage) + "b</p>")},
		{"line breaks", in("<pre>a" + strings.Repeat("\n", maxPage) + "b</pre>")},
		{"entities", in("<p>" + fill("&nbsp;&amp;", maxPage) + "</p>")},
		{"marks on a letter", in("<p>a" + strings.Repeat("\u0301", maxPage/2) + "</p>")},
		{"dates", in("<p>" + fill("2 ноября 2026, 09:30 ", maxPage) + "</p>")},
		{"dates in attributes", in(many(20_000, `<time datetime="2026-11-02T0%d">%d</time>`))},
		{"bait for patterns", in("<p class=\"" + strings.Repeat("lead-", 100_000) + "\" id=\"" + strings.Repeat("a-comment ", 50_000) + "\">" + words + "</p>" + fill("<p>Фото: "+words+"</p>", 500_000))},
		{"classes", in(many(20_000, `<div class="comment%d share-%d related sidebar"><p>слово</p></div>`))},
		{"comments", in(fill("<!-- слово -->", maxPage) + "<p>" + words + "</p>")},
		{"scripts", in(fill("<script>var a = {\"a\":1};</script>", maxPage/2) + "<p>" + words + "</p>")},
		{"linked data", "<html><head>" + strings.Repeat(`<script type="application/ld+json">`+strings.Repeat("[", 9_000)+strings.Repeat("]", 9_000)+"</script>", 100) + "</head></html>"},
		{"an application's data", in(`<script type="application/json">` + strings.Repeat(`{"a":`, 9_000) + "1" + strings.Repeat("}", 9_000) + `</script><script type="application/json">[` + fill(`{"title":"а","body":"б"},`, maxPage/2) + "1]</script>")},
		{"metadata", "<html><head>" + many(40_000, `<meta name="m%d" content="%d">`) + "</head><body><p>" + words + "</p></body></html>"},
		{"titles", in(many(20_000, "<h1>Слово %d - %d</h1>"))},
		{"separators in the title", "<html><head><title>" + fill("слово - ", maxPage/4) + "</title></head><body>" + many(5_000, "<p>слово %d и %d</p>") + "</body></html>"},
		{"headings of others", in("<p>" + strings.Repeat(words, 10) + "</p>" + fill("<div><h3>Популярное</h3><p>"+words+"</p></div>", maxPage/2))},
		{"pictures", in(many(20_000, `<img src="/%d.jpg" alt="%d">`))},
		{"inline SVG", in("<svg>" + fill("<path d='M0 0'/>", 500_000) + "</svg><p>" + words + "</p>")},
		{"forms", in(fill("<form><input><button>a</button></form>", 800_000))},
		{"unclosed tags", in(fill("<p <div ", maxPage))},
		{"zeros and signs", in(strings.Repeat("\x00\xff<", maxPage/3))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := NewExtractor(1, 10*time.Second)
			before := processorTime(t)
			a, err := e.Extract(t.Context(), []byte(tt.page), "text/html; charset=utf-8", "https://dala.example/news/1")
			spent := processorTime(t) - before
			if spent > hostileLimit*raceFactor {
				t.Errorf("cost %v of the processor", spent)
			}
			if errors.Is(err, ErrTimeout) || err != nil && strings.Contains(err.Error(), "panic") {
				t.Error(err)
			}
			t.Logf("%v: %d blocks, %.100v", spent.Round(time.Millisecond), len(a.Blocks), err)
		})
	}
}
