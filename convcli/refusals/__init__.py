"""What a user may be told can't be: one class for each rule, with its numbers and its words."""

from convcli.refusals.arguments import *  # noqa: F403
from convcli.refusals.chains import *  # noqa: F403
from convcli.refusals.inputs import *  # noqa: F403
from convcli.refusals.refusal import *  # noqa: F403
