// Everything about trees.
#pragma once

#include "arithmetic.hpp"
#include "flatten.hpp"
#include "get.hpp"
#include "leaf.hpp"
#include "leaves.hpp"
#include "make.hpp"
#include "map.hpp"
#include "path.hpp"
#include "random.hpp"
#include "reductions.hpp"
#include "register.hpp"
#include "structure.hpp"
#include "to_string.hpp"
#include "traits.hpp"
