package triggers

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/cron"
)

// scheduleRoot is the name under which a flow reads the time of its tick.
const scheduleRoot = "schedule"

// The settings for ticks at which no gateway ran.
const (
	missedSkip    = "skip"
	missedRunOnce = "run_once"
)

// schedule starts runs at the times of a cron expression.
type schedule struct {
	valueCodec

	cron        string
	timezone    string
	skip        []string
	missed      string
	concurrency *scheduleConcurrency // nil if the configuration has none

	times *cron.Schedule
	zone  *time.Location
}

// Describe declares the block.
func (t *schedule) Describe(s *schema.Spec) {
	t.mainRoot, t.timezone, t.missed = scheduleRoot, "UTC", missedSkip
	s.Doc = "Starts runs at the times of a cron expression. A tick starts one run, even if several gateways share a store. The flow reads the time of the tick as `schedule.time`.\n\n" +
		"When clocks are put forward, a tick within the skipped hour happens at its end. When clocks are put back, a schedule whose hours are `*` or `*/n` ticks in both hours, and any other schedule only in the first one."
	schema.Attr(s, &t.cron, "cron", "Minute, hour, day of month, month and day of week, as in crontab(5): lists, ranges, steps, names. If day of month and day of week are both restricted, a tick comes on each day that matches either of them: `0 0 1 * MON` ticks on the first of the month and on every Monday. Only `*` and `?` are no restriction; `*/2` is one, and means the days 1, 3, 5 and so on of the month, or Sunday, Tuesday, Thursday and Saturday. Also `L` (last day of the month), `15W` (nearest weekday), `FRI#2` (second Friday), and `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.", schema.Required())
	schema.Attr(s, &t.timezone, "timezone", "The time zone of the schedule, by its IANA name such as `Europe/Berlin`.")
	schema.Attr(s, &t.skip, "skip", "Days without ticks: `2026-12-25`, or `12-25` for every year.")
	schema.Attr(s, &t.missed, "missed", "What happens to the ticks of a time in which no gateway ran: `skip` drops them, `run_once` starts one run for all of them, with the time of the last one. The first start of the gateway on a store, and a new schedule, miss no tick before them. A tick is not missed if a gateway starts less than a minute later, or if a gateway was running but could not store the run.", schema.OneOf(missedSkip, missedRunOnce))
	schema.Single(s, &t.concurrency, "concurrency", "Limits how many runs are executed at once and how many wait, and may leave out ticks.")
	s.Check(t.checkSettings)
	s.Example(schema.Example{
		Title: "Each weekday at seven, but not at Christmas",
		HCL: `trigger "schedule" {
  cron     = "0 7 * * MON-FRI"
  timezone = "Europe/Berlin"
  skip     = ["12-25", "12-26"]
  missed   = "run_once"
}`,
	})
	s.Example(schema.Example{
		Title: "Every five minutes, but not while the last run is in progress",
		HCL: `trigger "schedule" {
  cron = "*/5 * * * *"
  concurrency { overflow = "skip" }
}`,
	})
}

func (t *schedule) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	var err error
	// "Local" would have a different meaning on each machine.
	if t.zone, err = time.LoadLocation(t.timezone); err != nil || t.timezone == "Local" || t.timezone == "" {
		diags = append(diags, d.Problem("timezone", "Unknown time zone", "Write the IANA name of a zone, such as \"Europe/Berlin\" or \"UTC\"."))
		t.zone = time.UTC
	}
	times, err := cron.Parse(t.cron, t.zone)
	if err != nil {
		return append(diags, d.Problem("cron", "Wrong schedule", diag.Sentence(err)))
	}
	for i, day := range t.skip {
		if _, err := times.Skip([]string{day}); err != nil {
			diags = append(diags, diag.Error(d.Element("skip", i), "Wrong day", diag.Sentence(err)))
		}
	}
	if diags.HasErrors() {
		return diags
	}
	if t.times, err = times.Skip(t.skip); err != nil || t.times.Next(time.Unix(0, 0)).IsZero() {
		diags = append(diags, d.Problem("cron", "Schedule never ticks", "No such day exists, or all of them are skipped."))
	}
	return diags
}

// Roots returns the name schedule.
func (t *schedule) Roots() map[string]cty.Type {
	return map[string]cty.Type{scheduleRoot: cty.Object(map[string]cty.Type{"time": cty.String})}
}

// Parts returns the part for ticks.
func (t *schedule) Parts(string) flow.Parts {
	return flow.Parts{
		Clock: &flow.ClockPart{Next: t.nextTick, CatchUp: t.missed == missedRunOnce, Event: t.newTickEvent},
		Codec: anyCodec{t}, Queue: t.concurrency.limits(),
	}
}

// nextTick returns the first tick after a time.
func (t *schedule) nextTick(after time.Time) time.Time { return t.times.Next(after) }

// tickEvent is the event of a tick.
type tickEvent struct {
	*valueEvent
	at time.Time
}

// newTickEvent returns the event of a tick, with its time in the zone of the
// schedule.
func (t *schedule) newTickEvent(at time.Time) flow.Event {
	at = at.In(t.zone)
	roots := map[string]any{scheduleRoot: map[string]any{"time": at.Format(time.RFC3339)}}
	return tickEvent{&valueEvent{roots: roots, mainRoot: scheduleRoot}, at}
}

// Encode returns the stored form of an event.
func (t *schedule) Encode(ev flow.Event) (flow.StoredEvent, error) {
	if e, ok := ev.(tickEvent); ok {
		ev = e.valueEvent
	}
	return t.valueCodec.Encode(ev)
}

// Decode returns the event of a stored form.
func (t *schedule) Decode(stored flow.StoredEvent, _ flow.Limits) (flow.Event, error) {
	e, err := t.decodeValueEvent(stored)
	if err != nil {
		return nil, err
	}
	var roots struct {
		Schedule struct {
			Time time.Time `json:"time"`
		} `json:"schedule"`
	}
	if err := json.Unmarshal(stored.Variables, &roots); err != nil {
		return nil, fmt.Errorf("the stored event can't be read: %w", err)
	}
	return tickEvent{e, roots.Schedule.Time}, nil
}
