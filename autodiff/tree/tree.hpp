// Everything about trees.
#pragma once

#include "autodiff/tree/arithmetic.hpp"
#include "autodiff/tree/flatten.hpp"
#include "autodiff/tree/get.hpp"
#include "autodiff/tree/leaf.hpp"
#include "autodiff/tree/leaves.hpp"
#include "autodiff/tree/make.hpp"
#include "autodiff/tree/map.hpp"
#include "autodiff/tree/path.hpp"
#include "autodiff/tree/random.hpp"
#include "autodiff/tree/reductions.hpp"
#include "autodiff/tree/register.hpp"
#include "autodiff/tree/structure.hpp"
#include "autodiff/tree/to_string.hpp"
#include "autodiff/tree/traits.hpp"
