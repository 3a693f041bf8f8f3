// What a run is, from the event and the inputs: a task, or the reason why there is nothing to do. Nothing is asked here.
import { AirlockError } from '../ports/errors.ts'
import type { Event } from './event.ts'
import type { Mode } from './task.ts'

export interface ModeInputs {
  readonly mode: Mode | 'auto'
  readonly hasPrompt: boolean
  readonly triggerPhrase: string
  readonly labelTrigger: string | undefined
  readonly assigneeTrigger: string | undefined
}

export type Decision = { readonly kind: 'go'; readonly mode: Mode } | { readonly kind: 'skip'; readonly reason: string }

const go = (mode: Mode): Decision => ({ kind: 'go', mode })
const skip = (reason: string): Decision => ({ kind: 'skip', reason })

/** Errors: `input`, for a mode that the event can't have, and for a task that nobody has described. */
export function decideMode(event: Event, inputs: ModeInputs): Decision {
  const decision = inputs.mode === 'auto' ? fromEvent(event, inputs) : asTold(event, inputs, inputs.mode)
  if (decision.kind === 'go') refuseImpossible(event, inputs, decision.mode)
  return decision
}

// A prompt means that the workflow itself has decided: it runs, whatever anybody wrote. On events that are about nobody's
// issue or pull request the changes become a pull request; on others Claude does what the prompt says, and what it wants
// said there goes through the outbox.
function fromEvent(event: Event, inputs: ModeInputs): Decision {
  const aboutSomething = isAboutSomething(event)
  if (inputs.hasPrompt) return go(aboutSomething ? 'run' : 'pr')
  if (isComment(event)) return asked(event, inputs, 'reply')
  if (event.name === 'issues') return fromIssue(event, inputs)
  if (isPullEvent(event)) return fromPull(event, inputs)
  if (aboutSomething) return skip(`${event.name} asks for nothing by itself`)
  return go('pr')
}

function asTold(event: Event, inputs: ModeInputs, mode: Mode): Decision {
  if (inputs.hasPrompt || mode === 'run' || !isAboutSomething(event)) return go(mode)
  if (isComment(event)) return asked(event, inputs, mode)
  if (event.name === 'issues') {
    const decision = fromIssue(event, inputs)
    return decision.kind === 'go' ? go(mode) : decision
  }
  return go(mode)
}

function fromIssue(event: Event, inputs: ModeInputs): Decision {
  if (event.action === 'labeled') return triggered('pr', 'label', event.label, inputs.labelTrigger)
  if (event.action === 'assigned') return triggered('pr', 'assignee', event.assignee, inputs.assigneeTrigger)
  if (event.action !== 'opened') return skip(`an issue that was ${event.action} asks for nothing`)
  return asked(event, inputs, 'reply')
}

const REVIEWED: readonly unknown[] = ['opened', 'synchronize', 'reopened', 'ready_for_review', 'review_requested']

function fromPull(event: Event, inputs: ModeInputs): Decision {
  if (REVIEWED.includes(event.action)) return go('review')
  if (event.action === 'labeled') return triggered('review', 'label', event.label, inputs.labelTrigger)
  if (event.action === 'assigned') return triggered('review', 'assignee', event.assignee, inputs.assigneeTrigger)
  return skip(`a pull request that was ${event.action} asks for no review`)
}

function triggered(mode: Mode, what: string, found: string | undefined, wanted: string | undefined): Decision {
  if (wanted !== undefined && found?.toLowerCase() === wanted.toLowerCase()) return go(mode)
  const asks = wanted === undefined ? 'none was named' : `it would be ${JSON.stringify(wanted)}`
  return skip(`the ${what} ${JSON.stringify(found ?? '')} asks for nothing (${asks})`)
}

function asked(event: Event, { triggerPhrase }: ModeInputs, mode: Mode): Decision {
  if (event.action === 'deleted' || event.action === 'dismissed') return skip(`what was said was ${event.action}`)
  const said = event.comment ?? event.review
  const texts = said ? [said.body] : [event.issue?.title ?? '', event.issue?.body ?? '']
  if (texts.some((text) => holdsPhrase(text, triggerPhrase))) return go(mode)
  return skip(`it does not hold the trigger phrase ${JSON.stringify(triggerPhrase)}`)
}

/** As words of their own: `@claude` is not in `me@claude.example`, and not in `@claudette`. */
export function holdsPhrase(text: string, phrase: string): boolean {
  if (phrase === '') return false
  const escaped = phrase.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(^|\\s)${escaped}([\\s.,!?;:]|$)`, 'i').test(text)
}

const isComment = ({ name }: Event) =>
  name === 'issue_comment' || name === 'pull_request_review_comment' || name === 'pull_request_review'
const isPullEvent = ({ name }: Event) => name === 'pull_request' || name === 'pull_request_target'
const isAboutSomething = (event: Event) => event.pull !== undefined || event.issue !== undefined

function refuseImpossible(event: Event, inputs: ModeInputs, mode: Mode): void {
  const onPull = event.pull !== undefined || event.issue?.isPull === true
  if (mode === 'review' && !onPull) {
    throw new AirlockError('input', `mode: review needs a pull request, and ${event.name} is about none`, {
      next: 'Start the workflow on: pull_request, or choose another mode.',
    })
  }
  if (mode === 'reply' && !isAboutSomething(event)) {
    throw new AirlockError('input', `mode: reply needs an issue or pull request, and ${event.name} is about none`, {
      next: 'Start the workflow on: issue_comment, or choose another mode.',
    })
  }
  const describes = mode === 'review' || mode === 'reply' || (mode === 'pr' && isAboutSomething(event))
  if (inputs.hasPrompt || describes) return
  throw new AirlockError('input', 'there is no prompt: give prompt or prompt_file', {
    next: `${event.name} does not say by itself what to do.`,
  })
}
